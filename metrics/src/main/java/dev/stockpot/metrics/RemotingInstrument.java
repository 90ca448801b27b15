package dev.stockpot.metrics;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.remote.artery.RemoteInstrument;

/** What Pekko's remoting tells of each message. Made by it by name; adds nothing to messages. */
public final class RemotingInstrument extends RemoteInstrument {

  /** Pekko keeps those below 8 for itself. */
  private static final byte IDENTIFIER = 17;

  /** Of so many messages the time of one is taken. */
  private static final int TIMED = 16;

  private final Optional<RemotingFigures.Direction> out;
  private final Optional<RemotingFigures.Direction> in;

  /** Each instance is for one thread at a time. */
  private int sent;

  private int received;

  /** As Pekko makes it. */
  public RemotingInstrument(ExtendedActorSystem system) {
    Optional<RemotingFigures> figures = MetricsSetup.of(system).map(Metrics::remoting);
    out = figures.map(each -> each.direction(RemotingFigures.OUT));
    in = figures.map(each -> each.direction(RemotingFigures.IN));
  }

  @Override
  public byte identifier() {
    return IDENTIFIER;
  }

  @Override
  public boolean serializationTimingEnabled() {
    return true;
  }

  @Override
  public void remoteWriteMetadata(
      ActorRef recipient, Object message, ActorRef sender, ByteBuffer buffer) {}

  @Override
  public void remoteMessageSent(
      ActorRef recipient, Object message, ActorRef sender, int size, long time) {
    out.ifPresent(direction -> direction.message(size, time, sent++ % TIMED == 0));
  }

  @Override
  public void remoteReadMetadata(
      ActorRef recipient, Object message, ActorRef sender, ByteBuffer buffer) {}

  @Override
  public void remoteMessageReceived(
      ActorRef recipient, Object message, ActorRef sender, int size, long time) {
    in.ifPresent(direction -> direction.message(size, time, received++ % TIMED == 0));
  }
}
