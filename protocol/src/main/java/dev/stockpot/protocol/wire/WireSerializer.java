package dev.stockpot.protocol.wire;

import dev.stockpot.protocol.WireMessage;
import java.io.NotSerializableException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.event.Logging;
import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.jspecify.annotations.Nullable;

/**
 * Pekko's way to {@link WireMessage}s as bytes. Whatever bytes arrive, they are a message, or a
 * {@link NotSerializableException} that says why not: Pekko logs it, drops them, and goes on.
 *
 * <p>Pekko makes one at the start of every actor system, so that what it needs is made only when a
 * message is to cross a node.
 */
public final class WireSerializer extends SerializerWithStringManifest {

  /** Bytes that a message should stay below, because whatever is sent after it waits for it. */
  static final int LARGE = 64 * 1024;

  private static final int IDENTIFIER = 7_311;

  private final ExtendedActorSystem system;
  private final LoggingAdapter log;
  private volatile @Nullable WireFormat format;

  /** A message from this size on is told of; doubles each time, so that it is told rarely. */
  private final AtomicInteger toldFrom = new AtomicInteger(LARGE);

  /** For the actor system that Pekko starts. */
  public WireSerializer(ExtendedActorSystem system) {
    this.system = system;
    log = Logging.getLogger(system, WireSerializer.class);
  }

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object message) {
    return WireFormat.manifest(wire(message));
  }

  /**
   * The bytes of a message.
   *
   * @throws IllegalArgumentException if it is none, is too large, or cannot be sent
   */
  @Override
  public byte[] toBinary(Object object) {
    WireMessage message = wire(object);
    byte[] bytes = format().encode(message);
    int from = toldFrom.get();
    if (bytes.length >= from && toldFrom.compareAndSet(from, 2 * bytes.length)) {
      log.warning(
          "a message '{}' takes {} bytes; messages should stay below {}, or they hold up others",
          WireFormat.manifest(message),
          bytes.length,
          LARGE);
    }
    return bytes;
  }

  @Override
  public WireMessage fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    return format().decode(bytes, manifest);
  }

  private static WireMessage wire(Object message) {
    if (message instanceof WireMessage wire) {
      return wire;
    }
    throw new IllegalArgumentException(message.getClass() + " is no WireMessage");
  }

  private WireFormat format() {
    WireFormat made = format;
    return made == null ? makeFormat() : made;
  }

  private synchronized WireFormat makeFormat() {
    WireFormat made = format;
    if (made == null) {
      made = new WireFormat(() -> ActorRefResolver.get(Adapter.toTyped(system)));
      format = made;
    }
    return made;
  }
}
