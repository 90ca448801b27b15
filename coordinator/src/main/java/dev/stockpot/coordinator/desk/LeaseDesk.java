package dev.stockpot.coordinator.desk;

import dev.stockpot.coordinator.desk.Arrivals.Arrival;
import dev.stockpot.coordinator.desk.TaskBoard.Ended;
import dev.stockpot.coordinator.desk.TaskBoard.Grant;
import dev.stockpot.coordinator.history.HistoryEvent;
import dev.stockpot.coordinator.history.HistoryEvent.Change;
import dev.stockpot.coordinator.history.HistoryEvent.Done;
import dev.stockpot.coordinator.history.HistoryEvent.LeaseEnd;
import dev.stockpot.coordinator.storage.DataAccess;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.metrics.Metered;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerCommand.AcknowledgeReceipts;
import dev.stockpot.protocol.WorkerCommand.CloseLease;
import dev.stockpot.protocol.WorkerCommand.MergeTensors;
import dev.stockpot.protocol.WorkerEvent;
import dev.stockpot.protocol.WorkerEvent.TensorFailed;
import dev.stockpot.protocol.WorkerEvent.TensorsMerged;
import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import dev.stockpot.protocol.WorkerId;
import dev.stockpot.protocol.WorkerState;
import dev.stockpot.protocol.api.WorkerView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Leases the tasks of all running jobs to the workers that report, and takes their receipts to the
 * jobs' journals. What is decided is decided by {@link FairShare} and {@link TaskBoard}.
 *
 * <p>Nothing here survives a crash: jobs open their boards again with what their journals hold, and
 * workers are told to drop leases of boards that are no more.
 */
public final class LeaseDesk {

  private static final Logger LOG = LoggerFactory.getLogger(LeaseDesk.class);

  /** What the desk understands. */
  public sealed interface Command {}

  /**
   * From now on workers do these tasks, until the board is closed or {@code news} stops.
   *
   * @param job id that people know the job by
   * @param priority higher goes first
   * @param spec with every file of the job; {@link MergeSpec#run()} names this run of it
   * @param tasks by id: the task at index i has id i
   * @param done tasks that need not be done again
   */
  public record OpenBoard(
      String job,
      int priority,
      MergeSpec spec,
      List<TensorTask> tasks,
      Collection<Integer> done,
      ActorRef<BoardNews> news)
      implements Command {}

  /** The run is over: its leases end. Does nothing if its board is not open. */
  public record CloseBoard(String run) implements Command {}

  /** What this run was given with {@link BoardNews.ReceiptsArrived} stands in its journal. */
  public record Recorded(String run) implements Command {}

  /** A worker's word. */
  public record FromWorker(WorkerEvent event) implements Command {}

  /**
   * How fast the inputs of this run come, which was asked with {@link BoardNews.StorageWanted}.
   *
   * @param bytesPerSecond empty if that cannot be told
   */
  public record StorageSampled(String run, OptionalLong bytesPerSecond) implements Command {}

  /** These nodes left the cluster: their workers' leases go to others at once. */
  public record WorkersLost(Set<Address> nodes) implements Command {
    public WorkersLost {
      nodes = Set.copyOf(nodes);
    }
  }

  /**
   * From now on the workers of these names, and no others, finish what they have and get no more.
   */
  public record DrainWorkers(Set<String> names) implements Command {
    public DrainWorkers {
      names = Set.copyOf(names);
    }
  }

  /** Who works here. */
  public record ListWorkers(ActorRef<List<WorkerView>> replyTo) implements Command {}

  private record LeaseCheck() implements Command {}

  private record ProgressTick() implements Command {}

  private final ActorContext<Command> context;
  private final DeskSettings settings;
  private final DataAccess access;
  private final DeskEvents events;
  private final ActorRef<WorkerEvent> replyTo;
  private final Map<String, Board> boards = new LinkedHashMap<>();
  private final FairShare shares;
  private final Roster roster;
  private final Namesakes namesakes = new Namesakes();
  private final Placements placements;
  private final WorkerViews views;
  private Set<String> drained = Set.of();
  private @Nullable WorkerId lastOutdated;

  private LeaseDesk(
      ActorContext<Command> context,
      DeskSettings settings,
      DataAccess access,
      Consumer<HistoryEvent> history) {
    this.context = context;
    this.settings = settings;
    this.access = access;
    this.events = new DeskEvents(history);
    this.replyTo = context.messageAdapter(WorkerEvent.class, FromWorker::new);
    this.shares = new FairShare(settings.limits());
    this.roster = new Roster(settings.leaseTerm());
    this.placements = new Placements(shares::moved);
    this.views = new WorkerViews(roster, shares, boards);
  }

  /**
   * A desk that workers of this process are told of.
   *
   * @param history hears of all that happens, on the desk's thread, which does not wait
   */
  public static Behavior<Command> create(
      DeskSettings settings, DataAccess access, Consumer<HistoryEvent> history) {
    return Metered.behavior(
        Behaviors.setup(context ->
            Behaviors.withTimers(
                timers -> new LeaseDesk(context, settings, access, history).open(timers))));
  }

  /** The same, which workers find in the cluster as {@link WorkerEvent#DESK}. */
  public static Behavior<Command> listed(
      DeskSettings settings, DataAccess access, Consumer<HistoryEvent> history) {
    return Metered.behavior(
        Behaviors.setup(context ->
            Behaviors.withTimers(timers -> {
              LeaseDesk desk = new LeaseDesk(context, settings, access, history);
              context
                  .getSystem()
                  .receptionist()
                  .tell(Receptionist.register(WorkerEvent.DESK, desk.replyTo));
              return desk.open(timers);
            })));
  }

  private Behavior<Command> open(TimerScheduler<Command> timers) {
    timers.startTimerWithFixedDelay(new LeaseCheck(), settings.leaseCheck());
    timers.startTimerWithFixedDelay(new ProgressTick(), settings.progress());
    return Behaviors.receiveMessage(command -> {
      switch (command) {
        case FromWorker(WorkerReported report) ->
            onReported(namesakes.named(report, roster.named(report.worker().name())));
        case FromWorker(TensorsMerged(WorkerId worker, LeaseId lease, List<Receipt> receipts)) ->
            onMerged(new TensorsMerged(namesakes.named(worker), lease, receipts));
        case FromWorker(TensorFailed(WorkerId worker, LeaseId lease, int task, Failure failure)) ->
            onFailed(new TensorFailed(namesakes.named(worker), lease, task, failure));
        case Recorded(String run) -> onRecorded(run);
        case StorageSampled(String run, OptionalLong rate) -> onStorageSampled(run, rate);
        case OpenBoard open -> onOpenBoard(open);
        case CloseBoard(String run) -> close(run);
        case WorkersLost(Set<Address> nodes) -> onWorkersLost(nodes);
        case DrainWorkers(Set<String> names) -> onDrainWorkers(names);
        case LeaseCheck _ -> onLeaseCheck();
        case ProgressTick _ -> onProgressTick();
        case ListWorkers(ActorRef<List<WorkerView>> asker) ->
            asker.tell(views.at(System.nanoTime(), drained));
      }
      giveLeases();
      return Behaviors.same();
    });
  }

  /** No task waits while a worker has room: this runs after whatever may change either. */
  private void giveLeases() {
    long now = System.nanoTime();
    for (Optional<Grant> grant = shares.next(now); grant.isPresent(); grant = shares.next(now)) {
      Grant lease = grant.get();
      Board board = boards.get(lease.lease().run());
      if (board != null) {
        events.granted(board, lease);
      }
      roster
          .find(lease.worker())
          .ifPresent(worker ->
              worker
                  .report()
                  .ref()
                  .tell(
                      new MergeTensors(
                          lease.lease(),
                          lease.spec(),
                          lease.tasks(),
                          access.grant(lease.lease(), lease.tasks()),
                          replyTo)));
    }
  }

  private void onReported(WorkerReported heard) {
    WorkerReported report =
        drained.contains(heard.worker().name()) && heard.state() == WorkerState.WORKING
            ? heard.in(WorkerState.DRAINING)
            : heard;
    long now = System.nanoTime();
    WorkerId worker = report.worker();
    Optional<WorkerReported> before = roster.named(worker.name()).map(Roster.Entry::report);
    Roster.Sighting sighting = roster.see(report, now);
    switch (sighting) {
      case PRESENT -> {}
      case JOINED -> onJoined(report);
      case RESTARTED -> before.ifPresent(former -> leave(former, LeaseEnd.RESTARTED));
      case OUTDATED -> {
        onOutdated(report);
        return;
      }
    }
    if (report.state() == WorkerState.OUT
        && before.filter(last -> last.state() == WorkerState.OUT).isEmpty()) {
      events.worker(report, Change.OUT, report.outOfService().orElse(""));
    }
    List<LeaseId> strange =
        report.held().stream().filter(lease -> !shares.renew(worker, lease, now)).toList();
    roster
        .find(worker)
        .ifPresent(entry ->
            entry
                .toClose(strange, sighting != Roster.Sighting.PRESENT)
                .forEach(lease -> report.ref().tell(new CloseLease(lease))));
    tell(placements.see(report));
    switch (report.state()) {
      case WORKING -> shares.offer(worker, report.capacity());
      case DRAINING, OUT -> shares.withdraw(worker);
    }
  }

  private void onJoined(WorkerReported report) {
    WorkerId worker = report.worker();
    events.worker(report, Change.JOINED, "");
    boards.values().forEach(board -> board.news().tell(joined(worker)));
    if (!namesakes.isOwn(worker)) {
      LOG.warn(
          "{} has the name of another worker that is here: give one of them a name of its own"
              + " (stockpot.worker.name)",
          worker.name());
    }
  }

  private void onStorageSampled(String run, OptionalLong bytesPerSecond) {
    Board board = boards.get(run);
    if (board != null) {
      events.measured(board, bytesPerSecond);
    }
    tell(placements.storage(run, bytesPerSecond));
  }

  private void tell(List<Placements.Told> told) {
    for (Placements.Told each : told) {
      Board board = boards.get(each.run());
      if (board != null) {
        board.news().tell(each.news());
      }
    }
  }

  private void onOutdated(WorkerReported report) {
    if (!report.worker().equals(lastOutdated)) {
      LOG.warn("{} is not listened to: it has started anew", report.worker());
      lastOutdated = report.worker();
    }
    report.held().forEach(lease -> report.ref().tell(new CloseLease(lease)));
  }

  private static BoardNews joined(WorkerId worker) {
    return new BoardNews.WorkerJoined(worker.name());
  }

  private void onMerged(TensorsMerged merged) {
    Board board = boards.get(merged.lease().run());
    if (board == null) {
      // Its next report is answered with the end of the lease.
      return;
    }
    List<Integer> known = new ArrayList<>();
    for (Receipt receipt : merged.receipts()) {
      if (!board.tasks().fits(receipt)) {
        Failure misfit =
            new Failure(Failure.Kind.BUG, "a receipt fits no task of the job: " + receipt);
        onFailed(new TensorFailed(merged.worker(), merged.lease(), receipt.task(), misfit));
      } else if (board.tasks().isDone(receipt.task())) {
        settled(board, merged.worker(), merged.lease(), receipt.task());
        known.add(receipt.task());
      } else {
        board.arrivals().add(new Arrival(merged.worker(), merged.lease(), receipt));
      }
    }
    if (!known.isEmpty()) {
      acknowledge(merged.worker(), merged.lease(), known);
    }
    if (boards.containsKey(board.tasks().run())) {
      board.handOver();
    }
  }

  private void onRecorded(String run) {
    long now = System.nanoTime();
    Board board = boards.get(run);
    if (board == null) {
      return;
    }
    record Of(WorkerId worker, LeaseId lease) {}
    Map<Of, List<Done>> recorded = new LinkedHashMap<>();
    for (Arrival arrival : board.arrivals().recorded()) {
      recorded
          .computeIfAbsent(new Of(arrival.worker(), arrival.lease()), _ -> new ArrayList<>())
          .add(new Done(board.tasks().task(arrival.receipt().task()), arrival.receipt()));
    }
    recorded.forEach((of, done) -> {
      events.recorded(board, of.worker(), of.lease(), done);
      Optional<Roster.Entry> worker = roster.named(of.worker().name());
      List<Integer> tasks = new ArrayList<>(done.size());
      for (Done each : done) {
        int task = each.task().id();
        tasks.add(task);
        settled(board, of.worker(), of.lease(), task);
        worker.ifPresent(entry -> entry.did(board.tasks().outputBytes(task), now));
      }
      acknowledge(of.worker(), of.lease(), tasks);
    });
    completeOr(board, board::handOver);
  }

  private void settled(Board board, WorkerId worker, LeaseId lease, int task) {
    board.tasks().complete(lease, task);
    freed(board, worker, lease);
  }

  private void freed(Board board, WorkerId worker, LeaseId lease) {
    if (!board.tasks().isOpen(lease)) {
      access.revoke(lease);
      events.completed(board, worker, lease);
    }
    shares.freed(worker);
  }

  private void acknowledge(WorkerId worker, LeaseId lease, List<Integer> tasks) {
    roster
        .find(worker)
        .ifPresent(entry -> entry.report().ref().tell(new AcknowledgeReceipts(lease, tasks)));
  }

  private void completeOr(Board board, Runnable otherwise) {
    if (board.tasks().isComplete()) {
      board.news().tell(new BoardNews.Completed(board.progress()));
      close(board.tasks().run());
    } else {
      otherwise.run();
    }
  }

  private void onFailed(TensorFailed failed) {
    Board board = boards.get(failed.lease().run());
    if (board == null) {
      return;
    }
    long before = board.tasks().returned();
    Optional<Failure> end = board.tasks().fail(failed.lease(), failed.task(), failed.failure());
    if (end.isPresent() || board.tasks().returned() > before) {
      events.failed(
          board, failed.worker(), failed.lease(), failed.task(), failed.failure(), end.isEmpty());
    }
    if (end.isPresent()) {
      board.news().tell(new BoardNews.GaveUp(end.get()));
      roster
          .find(failed.worker())
          .ifPresent(worker -> worker.report().ref().tell(new CloseLease(failed.lease())));
      close(board.tasks().run());
      return;
    }
    try (MDC.MDCCloseable _ = MDC.putCloseable("task", Integer.toString(failed.task()))) {
      log(
          board,
          failed.worker(),
          () ->
              LOG.info(
                  "job {}, run {}, task {} failed on {} and is tried again: {}",
                  board.job(),
                  board.tasks().run(),
                  failed.task(),
                  failed.worker().name(),
                  failed.failure().message()));
    }
    board.news().tell(new BoardNews.TaskRetried(failed.worker().name(), failed.failure()));
    acknowledge(failed.worker(), failed.lease(), List.of(failed.task()));
    shares.tasksReturned();
    freed(board, failed.worker(), failed.lease());
  }

  private void onOpenBoard(OpenBoard open) {
    TaskBoard tasks =
        new TaskBoard(
            open.spec(), open.tasks(), open.done(), settings.leaseTerm(), settings.limits());
    Board board = new Board(open.job(), tasks, new Arrivals(), open.news());
    boards.put(tasks.run(), board);
    events.opened(board, open);
    tell(placements.open(tasks.run(), JobShape.of(open.spec(), open.tasks())));
    shares.open(tasks, open.priority(), worker -> placements.admits(tasks.run(), worker));
    context.watchWith(open.news(), new CloseBoard(tasks.run()));
    completeOr(board, () -> {});
  }

  private void close(String run) {
    Board board = boards.remove(run);
    if (board == null) {
      return;
    }
    List<Ended> open = shares.close(run);
    events.closed(board, open.size());
    context.unwatch(board.news());
    placements.close(run);
    for (Ended ended : open) {
      access.revoke(ended.lease());
      roster
          .find(ended.worker())
          .ifPresent(worker -> worker.report().ref().tell(new CloseLease(ended.lease())));
    }
  }

  /** Who may take work again is offered it with its next report. */
  private void onDrainWorkers(Set<String> names) {
    changed(names, drained, Change.DRAINED);
    changed(drained, names, Change.RESUMED);
    drained = names;
    names.forEach(name -> roster.named(name).ifPresent(worker -> shares.withdraw(worker.id())));
  }

  /** Tells of those of these names that are not among the others. */
  private void changed(Set<String> names, Set<String> others, Change change) {
    names.stream()
        .filter(name -> !others.contains(name))
        .flatMap(name -> roster.named(name).stream())
        .forEach(worker -> events.worker(worker.report(), change, ""));
  }

  private void onWorkersLost(Set<Address> nodes) {
    for (Roster.Entry lost :
        roster.remove(entry -> nodes.contains(entry.report().ref().path().address()))) {
      leave(lost.report(), LeaseEnd.LEFT);
    }
  }

  private void onLeaseCheck() {
    long now = System.nanoTime();
    for (Roster.Entry silent : roster.expire(now)) {
      leave(silent.report(), LeaseEnd.SILENT);
    }
    returned(shares.expire(now), LeaseEnd.UNNAMED);
  }

  private void leave(WorkerReported last, LeaseEnd why) {
    namesakes.forget(last.worker());
    events.gone(last, why);
    returned(shares.lose(last.worker()), why);
    tell(placements.lose(last));
  }

  /** A line that is about a worker's tasks of a job. */
  private static void log(Board board, WorkerId worker, Runnable line) {
    try (MDC.MDCCloseable _ = MDC.putCloseable("job", board.job());
        MDC.MDCCloseable _ = MDC.putCloseable("run", board.tasks().run());
        MDC.MDCCloseable _ = MDC.putCloseable("worker", worker.name())) {
      line.run();
    }
  }

  /** Tells the boards what came back to them, and from whom. */
  private void returned(List<Ended> leases, LeaseEnd why) {
    record Of(String run, WorkerId worker) {}
    Map<Of, Integer> tasks = new HashMap<>();
    for (Ended ended : leases) {
      access.revoke(ended.lease());
      tasks.merge(
          new Of(ended.lease().run(), ended.worker()), ended.returned().size(), Integer::sum);
      Board board = boards.get(ended.lease().run());
      if (board != null) {
        events.ended(board, ended, why);
      }
    }
    tasks.forEach((of, count) -> {
      Board board = boards.get(of.run());
      if (board != null && count > 0) {
        log(
            board,
            of.worker(),
            () ->
                LOG.info(
                    "job {}, run {}: {} tasks of {} go to others: {}",
                    board.job(),
                    of.run(),
                    count,
                    of.worker().name(),
                    why.text()));
        board.news().tell(new BoardNews.TasksReturned(of.worker().name(), why.text(), count));
      }
    });
  }

  private void onProgressTick() {
    for (Board board : boards.values()) {
      board.news().tell(new BoardNews.Progressed(board.progress()));
    }
  }
}
