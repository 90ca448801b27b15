package dev.stockpot.cli.port;

import dev.stockpot.coordinator.http.access.RefusalLog;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Cancellable;

/**
 * Connections whose peers have not yet proven who they are, or said that they are nodes. They have
 * a time for it, and there are only so many at once, because each costs memory and a file: where
 * there are more, the one that waits longest ends. Safe for any thread.
 */
final class Newcomers {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int MOST = 256;

  private final ActorSystem system;
  private final RefusalLog refusals =
      new RefusalLog("a connection", Duration.ofMinutes(1), System::nanoTime);
  private final Set<Newcomer> waiting = new LinkedHashSet<>();

  Newcomers(ActorSystem system) {
    this.system = system;
  }

  /** Another one, which waits from now on. */
  GuardedEngine.Watch add(StreamedConnection connection) {
    Newcomer added = new Newcomer(connection);
    Optional<Newcomer> oldest;
    synchronized (waiting) {
      waiting.add(added);
      oldest = waiting.size() > MOST ? Optional.of(waiting.iterator().next()) : Optional.empty();
    }
    oldest.ifPresent(each -> each.end("too many connections that say nothing"));
    return added;
  }

  private final class Newcomer implements GuardedEngine.Watch {

    private final StreamedConnection connection;
    private final Cancellable deadline;

    Newcomer(StreamedConnection connection) {
      this.connection = connection;
      this.deadline =
          system
              .scheduler()
              .scheduleOnce(
                  PATIENCE, () -> end("it did not prove in time who it is"), system.dispatcher());
    }

    /** Whether it still waited. */
    private boolean leave() {
      deadline.cancel();
      synchronized (waiting) {
        return waiting.remove(this);
      }
    }

    private void end(String why) {
      if (leave()) {
        tell(Optional.empty(), why);
        connection.abort(why);
      }
    }

    private void tell(Optional<String> certificate, String why) {
      refusals.refused(
          connection.peer().orElse("an unknown address")
              + certificate.map(" with the certificate of "::concat).orElse(""),
          why);
    }

    @Override
    public void accepted() {
      leave();
    }

    @Override
    public void refused(Optional<String> certificate, String why) {
      leave();
      tell(certificate, why);
    }

    @Override
    public void closed() {
      leave();
    }
  }
}
