package dev.stockpot.cli.node;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.remote.RemoteActorRefProvider;
import org.apache.pekko.remote.artery.ArteryTransport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a node's actor system, with a deadline. Pekko's remoting ends once each of its
 * connections has, however long that takes; but one to a peer that the network cuts off may wait
 * for that peer for ever, and so would the node that wants to start anew.
 */
final class SystemEnd {

  private static final Logger LOG = LoggerFactory.getLogger(SystemEnd.class);

  /** Connections may take this long to end by themselves. */
  private static final Duration CUT_AFTER = Duration.ofSeconds(5);

  /** What has not ended by then never will. */
  private static final Duration LEFT_AFTER = Duration.ofSeconds(15);

  private final ActorSystem<?> system;
  private final CompletableFuture<Done> over = new CompletableFuture<>();

  private SystemEnd(ActorSystem<?> system) {
    this.system = system;
  }

  /** Completes when the system has ended, or does not although it was told to. */
  static CompletableFuture<Done> of(ActorSystem<?> system) {
    SystemEnd end = new SystemEnd(system);
    CoordinatedShutdown.get(Adapter.toClassic(system))
        .addTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate(), "deadline", end::hasBegun);
    var _ = system.getWhenTerminated().thenAccept(end.over::complete);
    return end.over;
  }

  private CompletableFuture<Done> hasBegun() {
    after(CUT_AFTER, this::cut);
    after(LEFT_AFTER, this::leave);
    return CompletableFuture.completedFuture(Done.getInstance());
  }

  private void after(Duration time, Runnable what) {
    CompletableFuture.delayedExecutor(time.toMillis(), TimeUnit.MILLISECONDS)
        .execute(() -> {
          if (!over.isDone()) {
            what.run();
          }
        });
  }

  private void cut() {
    if (Adapter.toClassic(system) instanceof ExtendedActorSystem extended
        && extended.provider() instanceof RemoteActorRefProvider remote
        && remote.transport() instanceof ArteryTransport artery) {
      LOG.info("Cutting connections that have not ended within {} s", CUT_AFTER.toSeconds());
      artery.controlMaterializer().shutdown();
      artery.materializer().shutdown();
    }
  }

  private void leave() {
    LOG.warn(
        "This node's actor system has not ended within {} s and is left behind",
        LEFT_AFTER.toSeconds());
    over.complete(Done.getInstance());
  }
}
