package dev.stockpot.benchmarks.controlplane;

import dev.stockpot.benchmarks.Figures;
import dev.stockpot.coordinator.desk.LeaseDesk;
import dev.stockpot.coordinator.history.Historian;
import dev.stockpot.coordinator.history.HistoryFeed;
import dev.stockpot.coordinator.history.NodeRow;
import dev.stockpot.coordinator.history.Reports;
import dev.stockpot.coordinator.history.ViewNews;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Pages of the dashboard that are open while jobs run: each follows the job or the workers, in
 * turn, as the HTTP API would for a browser. What the historian costs is the CPU time of its one
 * thread.
 */
final class Pages {

  private static final String THREAD = "historian-dispatcher";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final double SECOND = 1e9;

  /** What a stream of the API sends at most. */
  private static final double BYTES_PER_SECOND = 150_000;

  private sealed interface Message {
    record News(ViewNews news) implements Message {}

    record Again() implements Message {}
  }

  private final int count;
  private final HistoryFeed feed = new HistoryFeed();
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final AtomicLong bytes = new AtomicLong();
  private volatile String job = "";
  private long nanos;
  private long cpuNanos;

  Pages(int count) {
    this.count = count;
  }

  /** The historian has a thread of its own. */
  static Map<String, String> settings() {
    return Map.of(
        THREAD + ".type", "PinnedDispatcher", THREAD + ".executor", "thread-pool-executor");
  }

  /** What the desk and the jobs tell. */
  HistoryFeed feed() {
    return feed;
  }

  /** Opens them. */
  void open(ActorSystem<LeaseDesk.Command> system) {
    ActorRef<Historian.Command> historian =
        system.systemActorOf(
            Historian.create(
                feed,
                new Historian.Sources(
                    NodeRow.of("", ""),
                    () ->
                        AskPattern.ask(
                            system, LeaseDesk.ListWorkers::new, PATIENCE, system.scheduler()),
                    Map::of,
                    new Reports(Optional.empty(), rows -> rows))),
            "historian",
            DispatcherSelector.fromConfig(THREAD));
    for (int page = 0; page < count; page++) {
      boolean ofJob = page % 2 == 0;
      system.systemActorOf(
          Behaviors.<Message>withTimers(timers -> page(historian, ofJob, timers)),
          "page-" + page,
          DispatcherSelector.defaultDispatcher());
    }
  }

  private Behavior<Message> page(
      ActorRef<Historian.Command> historian, boolean ofJob, TimerScheduler<Message> timers) {
    return Behaviors.setup(context -> {
      ActorRef<ViewNews> self = context.messageAdapter(ViewNews.class, Message.News::new);
      String[] known = {"", ""};
      context.getSelf().tell(new Message.Again());
      return Behaviors.receiveMessage(message -> {
        switch (message) {
          case Message.Again _ -> {
            String view = ofJob ? "jobs/" + job : "workers";
            Optional<String> after =
                view.equals(known[0]) ? Optional.of(known[1]) : Optional.empty();
            known[0] = view;
            historian.tell(new Historian.Watch(view, after, self));
          }
          case Message.News(ViewNews.Rows rows) -> {
            known[1] = rows.id();
            int length = rows.json().size() + rows.base().map(base -> base.json().size()).orElse(0);
            bytes.addAndGet(length);
            again(timers, Math.round(1_000 * length / BYTES_PER_SECOND));
          }
          case Message.News(ViewNews.NoSuchView _), Message.News(ViewNews.NotShown _) ->
              again(timers, 100);
        }
        return Behaviors.same();
      });
    });
  }

  private static void again(TimerScheduler<Message> timers, long millis) {
    timers.startSingleTimer(new Message.Again(), Duration.ofMillis(millis));
  }

  /** From now on a job runs. */
  void begin(String id) {
    job = id;
    nanos -= System.nanoTime();
    cpuNanos -= historianNanos();
  }

  /** It has ended. */
  void end() {
    nanos += System.nanoTime();
    cpuNanos += historianNanos();
  }

  /** What was measured so far does not count. */
  void reset() {
    nanos = 0;
    cpuNanos = 0;
    bytes.set(0);
  }

  void tell() {
    double seconds = nanos / SECOND;
    Figures.bar(
        "historian, of one core, with %d pages open".formatted(count),
        100 * cpuNanos / SECOND / seconds,
        count > 1 ? 10 : 5,
        "%");
    Figures.bar(
        "bytes that a page is sent in a second",
        bytes.get() / seconds / Math.max(1, count),
        200_000,
        "B");
  }

  private long historianNanos() {
    long sum = 0;
    for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (thread != null && thread.getThreadName().contains(THREAD)) {
        sum += Math.max(0, threads.getThreadCpuTime(thread.getThreadId()));
      }
    }
    return sum;
  }
}
