package dev.stockpot.coordinator.history;

import dev.stockpot.metrics.Metered;
import dev.stockpot.protocol.api.WorkerView;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers what happens, and shows it as views: takes events from its {@link HistoryFeed} twice a
 * second, and renders a view no more often than that, however many look at it, and not at all while
 * nobody does. Has the report of each job written that ends.
 */
public final class Historian {

  private static final Logger LOG = LoggerFactory.getLogger(Historian.class);
  private static final Duration TICK = Duration.ofMillis(500);

  /** How long the rows of a view are kept that nobody looks at. */
  private static final Duration KEPT = Duration.ofMinutes(1);

  /** What the desk said of workers is asked for anew after that. */
  private static final Duration STALE = Duration.ofSeconds(2);

  /** What the historian understands. */
  public sealed interface Command {}

  /**
   * The rows of a view, or those that changed since a version, if nothing then none.
   *
   * @param view {@link History#render} names them
   * @param after id of that version; of another epoch, it is as good as none
   */
  public record GetRows(String view, Optional<String> after, ActorRef<ViewNews> replyTo)
      implements Command {}

  /**
   * What changed in a view since the version that the subscriber has: at once if something did,
   * else as soon as something does. Answered once.
   *
   * @param after as above
   */
  public record Watch(String view, Optional<String> after, ActorRef<ViewNews> subscriber)
      implements Command {}

  /** The subscriber is gone. */
  public record Unwatch(String view, ActorRef<ViewNews> subscriber) implements Command {}

  /** Whether there is such a view. */
  public record HasView(String view, ActorRef<Boolean> replyTo) implements Command {}

  /** What a job was like, as a page. */
  public record GetReport(String job, ActorRef<Report> replyTo) implements Command {}

  /** A page; empty if there is no such job, or its report cannot be read. */
  public record Report(Optional<byte[]> page) {}

  private record Tick() implements Command {}

  private record Much() implements Command {}

  /** These jobs have left reports in these files. */
  private record Reported(@Nullable Map<String, String> files) implements Command {}

  /**
   * Who works here.
   *
   * @param workers null if the desk did not say
   * @param then what waited for that
   */
  private record Seen(@Nullable List<WorkerView> workers, Optional<Command> then)
      implements Command {}

  /**
   * What the historian shows beside what it is told.
   *
   * @param node what this coordinator is, as a row
   * @param workers asks for them anew
   * @param actors rows of the view of actors, by key
   * @param reports of jobs that end
   */
  public record Sources(
      Map<String, Object> node,
      Supplier<CompletionStage<List<WorkerView>>> workers,
      Supplier<? extends Map<String, ?>> actors,
      Reports reports) {}

  private final ActorContext<Command> context;
  private final HistoryFeed feed;
  private final Sources sources;
  private final History history;
  private final String epoch = Long.toHexString(System.currentTimeMillis());
  private final Map<String, View> views = new HashMap<>();

  /** Who waits for news, by view; each with the version that it has. */
  private final Map<String, Map<ActorRef<ViewNews>, Long>> waiting = new HashMap<>();

  /** Jobs whose last events may still be on their way. */
  private List<String> ended = List.of();

  /** Above those of all views that are gone. */
  private long versions;

  private long seenAt = System.nanoTime() - KEPT.toNanos();

  private Historian(ActorContext<Command> context, HistoryFeed feed, Sources sources) {
    this.context = context;
    this.feed = feed;
    this.sources = sources;
    this.history = new History(sources.node(), sources.actors());
  }

  /** A historian that remembers from now on. One that fails begins anew, with nothing. */
  public static Behavior<Command> create(HistoryFeed feed, Sources sources) {
    return Behaviors.supervise(
            Metered.behavior(
                Behaviors.<Command>setup(context ->
                    Behaviors.withTimers(
                        timers -> new Historian(context, feed, sources).remembering(timers)))))
        .onFailure(SupervisorStrategy.restart());
  }

  private Behavior<Command> remembering(TimerScheduler<Command> timers) {
    timers.startTimerWithFixedDelay(new Tick(), TICK);
    ActorRef<Command> self = context.getSelf();
    feed.onMuch(() -> self.tell(new Much()));
    report(sources.reports()::all);
    return Behaviors.receiveMessage(command -> {
      on(command, System.nanoTime());
      return Behaviors.same();
    });
  }

  private void on(Command command, long now) {
    switch (command) {
      case GetRows get when isStale(get.view(), now) -> askWorkers(Optional.of(get));
      case Watch watch when isStale(watch.view(), now) -> askWorkers(Optional.of(watch));
      case GetRows get -> onGet(get, now);
      case Watch watch -> onWatch(watch, now);
      case Unwatch(String view, ActorRef<ViewNews> subscriber) -> {
        Map<ActorRef<ViewNews>, Long> subscribers = waiting.get(view);
        if (subscribers != null) {
          subscribers.remove(subscriber);
        }
      }
      case HasView(String view, ActorRef<Boolean> replyTo) -> {
        take(now);
        replyTo.tell(history.has(view));
      }
      case GetReport get -> onGetReport(get, now);
      case Tick _ -> onTick(now);
      case Much _ -> take(now);
      case Reported reported -> {
        if (reported.files() != null) {
          history.reported(reported.files());
        }
      }
      case Seen seen -> {
        seenAt = now;
        if (seen.workers() != null) {
          history.see(seen.workers());
        }
        seen.then().ifPresent(then -> on(then, now));
      }
    }
  }

  private void take(long now) {
    long lost =
        feed.drain(event -> {
          try {
            history.on(event, now);
          } catch (RuntimeException e) {
            LOG.error("the history lacks an event that it cannot take: {}", event, e);
          }
        });
    if (lost > 0) {
      LOG.warn("{} events came faster than they were taken: what the pages show lacks them", lost);
    }
    for (String job : history.takeGone()) {
      View view = views.get(History.JOB + job);
      if (view != null) {
        forget(view);
      }
    }
    discard(history.takeDiscarded());
  }

  private void discard(List<String> files) {
    if (files.isEmpty()) {
      return;
    }
    CompletionStage<Boolean> _ =
        blocking(
                () -> {
                  Reports.delete(files);
                  return true;
                })
            .whenComplete((_, problem) -> {
              if (problem != null) {
                LOG.warn("a report of a job that was deleted stays: {}", problem.getMessage());
              }
            });
  }

  private void onTick(long now) {
    take(now);
    ended.forEach(job -> reportOn(job, now));
    ended = history.takeEnded();
    history.sample(System.currentTimeMillis());
    for (String view : List.copyOf(waiting.keySet())) {
      tell(view(view, now), now);
    }
    for (View view : List.copyOf(views.values())) {
      if (!view.isUsed(now, KEPT)) {
        forget(view);
      }
    }
    if (views.values().stream()
        .anyMatch(view -> showsWorkers(view.name()) && view.isUsed(now, STALE))) {
      askWorkers(Optional.empty());
    }
  }

  private static boolean showsWorkers(String view) {
    return view.equals("overview") || view.equals("workers");
  }

  private boolean isStale(String view, long now) {
    return showsWorkers(view) && now - seenAt > STALE.toNanos();
  }

  private void askWorkers(Optional<Command> then) {
    context.pipeToSelf(sources.workers().get(), (workers, _) -> new Seen(workers, then));
  }

  private View view(String name, long now) {
    View view = views.computeIfAbsent(name, _ -> new View(name, epoch, versions + 1));
    view.used(now);
    return view;
  }

  private void forget(View view) {
    versions = Math.max(versions, view.version());
    views.remove(view.name());
    waiting.remove(view.name());
  }

  private boolean render(View view, long now) {
    return view.render(history, System.currentTimeMillis(), now);
  }

  private void onGet(GetRows get, long now) {
    take(now);
    View view = view(get.view(), now);
    if (render(view, now)) {
      get.replyTo().tell(view.since(view.known(get.after())));
    } else {
      forget(view);
      get.replyTo().tell(new ViewNews.NoSuchView());
    }
  }

  private void onWatch(Watch watch, long now) {
    take(now);
    View view = view(watch.view(), now);
    waiting
        .computeIfAbsent(watch.view(), _ -> new HashMap<>())
        .put(watch.subscriber(), view.known(watch.after()));
    tell(view, now);
  }

  /** Tells those that wait what they have not, if there is any such thing. */
  private void tell(View view, long now) {
    Map<ActorRef<ViewNews>, Long> subscribers = waiting.getOrDefault(view.name(), Map.of());
    if (!render(view, now)) {
      subscribers.keySet().forEach(subscriber -> subscriber.tell(new ViewNews.NoSuchView()));
      forget(view);
      return;
    }
    List.copyOf(subscribers.entrySet())
        .forEach(each -> {
          if (each.getValue() != view.version()) {
            each.getKey().tell(view.since(each.getValue()));
            subscribers.remove(each.getKey());
          }
        });
    if (subscribers.isEmpty()) {
      waiting.remove(view.name());
    }
  }

  /** The report of a job whose last events have come. */
  private void reportOn(String job, long now) {
    if (sources.reports().directory().isEmpty()) {
      return;
    }
    View view = view(History.JOB + job, now);
    view.outdate();
    if (render(view, now)) {
      String rows = view.since(-1).json();
      report(() -> sources.reports().write(job, rows));
    } else {
      forget(view);
    }
  }

  private void report(Callable<Map<String, String>> work) {
    context.pipeToSelf(
        blocking(work),
        (files, problem) -> {
          if (problem != null) {
            LOG.warn("a job's report can be neither read nor written: {}", problem.getMessage());
          }
          return new Reported(files);
        });
  }

  private <T> CompletionStage<T> blocking(Callable<T> work) {
    CompletableFuture<T> done = new CompletableFuture<>();
    context
        .getSystem()
        .dispatchers()
        .lookup(DispatcherSelector.fromConfig("stockpot.data-dispatcher"))
        .execute(() -> {
          try {
            done.complete(work.call());
          } catch (Exception e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }

  /** As the job left it, or as it is now. */
  private void onGetReport(GetReport get, long now) {
    take(now);
    Optional<String> file = history.report(get.job());
    if (file.isPresent()) {
      answer(get, () -> Reports.read(file.get()));
      return;
    }
    View view = view(History.JOB + get.job(), now);
    if (!render(view, now)) {
      forget(view);
      get.replyTo().tell(new Report(Optional.empty()));
      return;
    }
    String rows = view.since(-1).json();
    answer(get, () -> sources.reports().page().apply(rows).getBytes(StandardCharsets.UTF_8));
  }

  private void answer(GetReport get, Callable<byte[]> page) {
    CompletionStage<byte[]> _ =
        blocking(page)
            .whenComplete((made, problem) -> {
              if (problem != null) {
                LOG.warn("the report of {}: {}", get.job(), problem.getMessage());
              }
              get.replyTo().tell(new Report(Optional.ofNullable(made)));
            });
  }
}
