package dev.stockpot.coordinator.figures;

import com.typesafe.config.Config;
import dev.stockpot.coordinator.history.HistoryEvent;
import dev.stockpot.metrics.ActorRows;
import dev.stockpot.metrics.Metrics;
import dev.stockpot.metrics.MetricsSetup;
import dev.stockpot.protocol.api.WorkerView;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;

/** One coordination, from its beginning to the end of its actor system. */
public final class CoordinatorFigures {

  private CoordinatorFigures() {}

  /** What counts the events of a coordination that begins; nothing where nothing is measured. */
  public static Consumer<HistoryEvent> reader(ActorSystem<?> system) {
    Optional<JobFigures> figures = MetricsSetup.of(system).map(JobFigures::of);
    figures.ifPresent(JobFigures::begin);
    return figures.<Consumer<HistoryEvent>>map(each -> each).orElse(_ -> {});
  }

  /** The rows of the view {@code actors}; none where nothing is measured. */
  public static Supplier<? extends Map<String, ?>> actors(ActorSystem<?> system) {
    return MetricsSetup.of(system)
        .<Supplier<? extends Map<String, ?>>>map(ActorRows::new)
        .orElse(() -> Map.of());
  }

  /**
   * This process coordinates from now on, until its actor system ends.
   *
   * @param root the whole configuration
   * @param workers asks for them anew
   */
  public static void coordinates(
      ActorSystem<?> system, Config root, Supplier<CompletionStage<List<WorkerView>>> workers) {
    MetricsSetup.of(system).ifPresent(metrics -> coordinates(metrics, system, root, workers));
  }

  private static void coordinates(
      Metrics metrics,
      ActorSystem<?> system,
      Config root,
      Supplier<CompletionStage<List<WorkerView>>> workers) {
    WorkerFigures seen = WorkerFigures.of(metrics);
    NodeFigures node = NodeFigures.of(metrics, root);
    Runnable askNoMore =
        metrics.refreshBefore("workers", () -> workers.get().thenAccept(seen::saw));
    node.active(true);
    metrics.ready();
    var _ =
        system
            .getWhenTerminated()
            .thenRun(() -> {
              askNoMore.run();
              seen.saw(List.of());
              node.active(false);
              metrics.unready("it starts anew");
            });
  }
}
