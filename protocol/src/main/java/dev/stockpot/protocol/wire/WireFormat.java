package dev.stockpot.protocol.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.KryoBufferOverflowException;
import com.esotericsoftware.kryo.io.KryoBufferUnderflowException;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.util.DefaultClassResolver;
import com.esotericsoftware.kryo.util.Pool;
import dev.stockpot.protocol.WireMessage;
import dev.stockpot.protocol.wire.WireTypes.Message;
import java.io.NotSerializableException;
import java.util.Collection;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRefResolver;

/** Messages as bytes, and back. For any number of threads. */
final class WireFormat {

  /** Bytes of the largest message: with Pekko's header it fits a frame of 256 KiB. */
  static final int LARGEST = 255 * 1024;

  private static final int FIRST_BUFFER = 4096;

  /** Instances that are kept for the next message; more threads than this make new ones. */
  private static final int POOLED = 16;

  /** More than any message nests; WireSerializers refuses types within themselves. */
  private static final int DEEPEST = 24;

  private static final Map<Class<?>, String> MANIFESTS =
      WireTypes.MESSAGES.stream().collect(Collectors.toMap(Message::type, Message::manifest));
  private static final Map<String, Class<?>> KINDS =
      WireTypes.MESSAGES.stream().collect(Collectors.toMap(Message::manifest, Message::type));

  private final WireSerializers serializers;
  private final Serializer<WireMessage> messages;
  private final Pool<Session> sessions =
      new Pool<>(true, false, POOLED) {
        @Override
        protected Session create() {
          return new Session(kryo(WireTypes.ALL, serializers), new Output(FIRST_BUFFER, LARGEST));
        }
      };

  /** What one thread needs, one message at a time: Kryo is not made for several. */
  private record Session(Kryo kryo, Output output) {}

  /** The format as one node uses it, which names actors by its own address. */
  WireFormat(Supplier<ActorRefResolver> resolver) {
    serializers = new WireSerializers(WireTypes.ALL, new RefSerializer(resolver));
    messages = serializers.get(WireMessage.class);
  }

  /** Names the kind of a message and the number of its form. */
  static String manifest(WireMessage message) {
    String manifest = MANIFESTS.get(message.getClass());
    if (manifest == null) {
      throw new IllegalArgumentException(message.getClass() + " is not in WireTypes");
    }
    return manifest;
  }

  /**
   * The bytes of a message.
   *
   * @throws IllegalArgumentException if it is larger than {@link #LARGEST}
   */
  byte[] encode(WireMessage message) {
    Session session = sessions.obtain();
    try {
      session.output.reset();
      session.kryo.writeObject(session.output, message, messages);
      return session.output.toBytes();
    } catch (KryoBufferOverflowException e) {
      throw new IllegalArgumentException(
          "a message '%s' takes more than %d bytes, and none is sent that large: send less at once"
              .formatted(manifest(message), LARGEST),
          e);
    } catch (KryoException e) {
      throw new IllegalArgumentException(
          "a message '%s' cannot be sent: %s".formatted(manifest(message), e.getMessage()), e);
    } finally {
      sessions.free(session);
    }
  }

  /**
   * The message that these bytes are, whoever made them.
   *
   * @throws NotSerializableException if they are none of that manifest
   */
  WireMessage decode(byte[] bytes, String manifest) throws NotSerializableException {
    Class<?> kind = KINDS.get(manifest);
    if (kind == null) {
      throw refused(
          "messages '%s' are not known here; nodes of one cluster must be of one minor release"
              .formatted(manifest));
    }
    if (bytes.length > LARGEST) {
      throw refused("%d bytes are too many for a message '%s'".formatted(bytes.length, manifest));
    }
    Session session = sessions.obtain();
    try {
      Input input = new Input(bytes);
      WireMessage message = session.kryo.readObject(input, WireMessage.class, messages);
      check(message, kind, input);
      return message;
    } catch (RuntimeException e) {
      throw refused(
          "%d bytes are no message '%s': %s".formatted(bytes.length, manifest, reason(e)));
    } finally {
      sessions.free(session);
    }
  }

  private static void check(WireMessage message, Class<?> kind, Input read) {
    if (message.getClass() != kind) {
      throw new KryoException("they are a " + message.getClass().getSimpleName());
    }
    int left = read.limit() - read.position();
    if (left > 0) {
      throw new KryoException(left + " bytes follow it");
    }
  }

  private static String reason(RuntimeException e) {
    return switch (e) {
      case KryoBufferUnderflowException _ -> "they end too early";
      case KryoException told -> String.valueOf(told.getMessage());
      default -> e.toString();
    };
  }

  /** Pekko logs it with its trace, which says nothing about bytes that somebody else made. */
  private static NotSerializableException refused(String message) {
    NotSerializableException refused = new NotSerializableException(message);
    refused.setStackTrace(new StackTraceElement[0]);
    return refused;
  }

  /** An instance for one thread at a time. */
  static Kryo kryo(Collection<? extends WireTypes.Type<?>> types, WireSerializers serializers) {
    Kryo kryo = new Kryo(new IdsOnly(), null);
    kryo.setRegistrationRequired(true);
    kryo.setMaxDepth(DEEPEST);
    for (WireTypes.Type<?> type : types) {
      kryo.register(type.type(), serializers.get(type.type()), type.id());
    }
    return kryo;
  }

  private static final class IdsOnly extends DefaultClassResolver {
    @Override
    protected Registration readName(Input input) {
      throw new KryoException("a class is named, and only ids of classes are taken");
    }

    @Override
    @SuppressWarnings("rawtypes") // as Kryo declares it
    protected void writeName(Output output, Class type, Registration registration) {
      throw new KryoException(type + " is not in WireTypes");
    }
  }
}
