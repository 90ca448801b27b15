package dev.stockpot.cli.node;

import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.merge.MergeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's life: one actor system after another, because a system that was put out of its cluster
 * (by a partition, or a stop that lasted too long) can never go back, and a new one can. Ends by
 * SIGTERM or SIGINT, after the system has left its cluster in order.
 */
final class NodeProcess {

  private static final Logger LOG = LoggerFactory.getLogger(NodeProcess.class);

  /** Between two lives, so that a node that cannot start anew says so at a bearable rate. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** Makes the actor system of one life. */
  interface Life {

    /**
     * Begins. May wait, until it is stopped.
     *
     * @param stop counted down when the process is to end
     * @return empty if it was stopped
     */
    Optional<ActorSystem<?>> begin(CountDownLatch stop) throws Exception;
  }

  private final Duration leaving;
  private final CountDownLatch stop = new CountDownLatch(1);
  private volatile @Nullable ActorSystem<?> system;

  /**
   * A process that has not begun.
   *
   * @param leaving how long an orderly leave may take
   */
  NodeProcess(Duration leaving) {
    this.leaving = leaving;
  }

  /**
   * Lives until the process is told to end. What keeps the first life from beginning ends the
   * process; later ones are tried until they begin, because what they need (a database, say) may
   * come back.
   */
  int run(Life life) throws Exception {
    Thread hook = new Thread(this::leave, "leave");
    Runtime.getRuntime().addShutdownHook(hook);
    live(life.begin(stop));
    while (!stop.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.warn("This node is out of its cluster; it starts anew and joins again");
      try {
        live(life.begin(stop));
      } catch (MergeException e) {
        LOG.warn("Cannot start anew: {}", e.failure().message());
      }
    }
    hook.join();
    return ExitCode.DONE;
  }

  private void live(Optional<ActorSystem<?>> begun) {
    if (begun.isPresent()) {
      system = begun.get();
      SystemEnd.of(begun.get()).join();
    }
  }

  private void leave() {
    stop.countDown();
    ActorSystem<?> current = system;
    if (current == null) {
      return;
    }
    LOG.info("Leaving the cluster");
    try {
      java.util.concurrent.CompletionStage<Done> left =
          CoordinatedShutdown.get(Adapter.toClassic(current))
              .runAll(CoordinatedShutdown.jvmExitReason());
      left.toCompletableFuture().get(leaving.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException
        | java.util.concurrent.ExecutionException
        | java.util.concurrent.TimeoutException e) {
      LOG.warn("Did not leave in order within {} s: {}", leaving.toSeconds(), e.toString());
    }
  }
}
