package dev.stockpot.benchmarks.controlplane;

import com.typesafe.config.Config;
import dev.stockpot.benchmarks.controlplane.Meter.Reading;
import dev.stockpot.coordinator.desk.LeaseDesk;
import dev.stockpot.coordinator.figures.JobFigures;
import dev.stockpot.coordinator.history.HistoryEvent;
import dev.stockpot.coordinator.job.CoordinatorSettings;
import dev.stockpot.coordinator.job.Jobs;
import dev.stockpot.coordinator.order.JobOrder;
import dev.stockpot.coordinator.order.JobSummary.MergeSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.JobUpdate.MergeProgressed;
import dev.stockpot.coordinator.order.JobUpdate.MergeStarted;
import dev.stockpot.coordinator.queue.LoneJob;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.coordinator.storage.DataAccess;
import dev.stockpot.metrics.Metrics;
import dev.stockpot.metrics.MetricsSetup;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.protocol.WorkerEvent;
import dev.stockpot.protocol.api.WorkerView;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** The coordinator's node: a desk in the cluster's transport, and jobs one after another. */
final class Coordination implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final ActorSystem<LeaseDesk.Command> system;
  private final CoordinatorSettings settings;
  private final Consumer<HistoryEvent> history;
  private final ActorRef<WorkerEvent> door;
  private final AtomicLong lost;
  private final Meter meter = new Meter();
  private final Optional<Pages> pages;
  private int jobs;

  /**
   * What jobs cost this process.
   *
   * @param merging from the first lease to the last receipt
   * @param whole from the order to the output in its place
   */
  record Cost(int tensors, Reading merging, Reading whole, long returned) {

    static final Cost NOTHING = new Cost(0, new Reading(0, 0), new Reading(0, 0), 0);

    Cost plus(Cost other) {
      return new Cost(
          tensors + other.tensors,
          merging.plus(other.merging),
          whole.plus(other.whole),
          returned + other.returned);
    }
  }

  /**
   * A node.
   *
   * @param pages that follow what happens; with them it measures itself and remembers, as
   *     coordinators do
   */
  Coordination(Optional<Pages> pages) {
    this.pages = pages;
    // One tensor is one lease: the bound on their number is the worker's capacity.
    Map<String, Object> ours = new HashMap<>(Pages.settings());
    ours.put("stockpot.coordinator.lease-tasks", 1);
    Config config = Node.config(ours);
    settings = CoordinatorSettings.from(config);
    ActorSystemSetup plain = ActorSystemSetup.create(BootstrapSetup.create(config));
    Metrics metrics = new Metrics("benchmark");
    history =
        pages
            .<Consumer<HistoryEvent>>map(each -> each.feed().andThen(JobFigures.of(metrics)))
            .orElse(_ -> {});
    system =
        ActorSystem.create(
            LeaseDesk.create(settings.desk(), DataAccess.none(), history),
            Node.SYSTEM,
            pages.isPresent()
                ? ActorSystemSetup.create(
                    BootstrapSetup.create(MetricsSetup.over(config)), new MetricsSetup(metrics))
                : plain);
    pages.ifPresent(each -> each.open(system));
    lost = Node.countLost(system);
    door =
        system.systemActorOf(
            Behaviors.receiveMessage(event -> {
              system.tell(new LeaseDesk.FromWorker(event));
              return Behaviors.same();
            }),
            "door",
            Props.empty());
  }

  /** Where workers report. */
  String address() {
    return ActorRefResolver.get(system).toSerializationFormat(door);
  }

  /** Waits until so many workers are here. */
  void await(int workers) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (present() < workers) {
      if (System.nanoTime() > deadline) {
        throw new IOException("only %d of %d workers came".formatted(present(), workers));
      }
      Thread.onSpinWait();
    }
  }

  private int present() {
    CompletionStage<List<WorkerView>> views =
        AskPattern.ask(system, LeaseDesk.ListWorkers::new, PATIENCE, system.scheduler());
    return views.toCompletableFuture().join().size();
  }

  Meter meter() {
    return meter;
  }

  /** Messages of this node that reached nobody. */
  long lost() {
    return lost.get();
  }

  /** Runs a job to its end. */
  Cost run(MergePlan plan) throws IOException {
    CompletableFuture<JobUpdate.End> ended = new CompletableFuture<>();
    CompletableFuture<Reading> started = new CompletableFuture<>();
    CompletableFuture<Reading> merged = new CompletableFuture<>();
    try (StagingArea staging = StagingArea.claim(plan.output().path())) {
      String id = "job-" + ++jobs;
      Consumer<JobUpdate> told =
          pages.isPresent() ? new LoneJob(id, plan, false, history) : _ -> {};
      pages.ifPresent(each -> each.begin(id));
      Reading ordered = meter.read();
      Consumer<JobUpdate> follower =
          update -> {
            told.accept(update);
            switch (update) {
              case MergeStarted _ -> started.complete(meter.read());
              case JobUpdate.Committing _ -> merged.complete(meter.read());
              case JobUpdate.End end -> ended.complete(end);
              case MergeProgressed _,
                  JobUpdate.OfSearch _,
                  JobUpdate.Placed _,
                  JobUpdate.Noted _ -> {}
            }
          };
      JobOrder order = JobOrder.of(id, 0, plan, staging, false);
      system.systemActorOf(Jobs.embedded(settings, system).job(order, follower), id, Props.empty());
      if (!(ended.join() instanceof JobUpdate.Finished(MergeSummary summary))) {
        throw new IOException("the job ended in " + ended.join());
      }
      Reading whole = meter.read().since(ordered);
      pages.ifPresent(Pages::end);
      return new Cost(
          summary.merged(), merged.join().since(started.join()), whole, summary.returned());
    }
  }

  @Override
  public void close() {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }
}
