package dev.stockpot.coordinator.history;

import dev.stockpot.metrics.Metered;
import dev.stockpot.protocol.api.WorkerView;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

  /** Begins the name of a job's view, and its id follows. */
  public static final String JOB = "jobs/";

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

  /** Who works here; null if the desk did not say. */
  private record Seen(@Nullable List<WorkerView> workers) implements Command {}

  /**
   * What the historian shows beside what it is told.
   *
   * @param workers asks for them anew
   * @param actors rows of the view of actors, by key
   * @param reports of jobs that end
   */
  public record Sources(
      NodeRow node,
      Supplier<CompletionStage<List<WorkerView>>> workers,
      Supplier<? extends Map<String, ?>> actors,
      Reports reports) {}

  private final ActorContext<Command> context;
  private final HistoryFeed feed;
  private final Sources sources;
  private final History history;
  private final Views views;

  /** Who waits for news, by view; each with the version that it has. */
  private final Map<String, Map<ActorRef<ViewNews>, Long>> waiting = new HashMap<>();

  /** Jobs that ended and whose reports are still to be written, one at a time. */
  private final Deque<String> ended = new ArrayDeque<>();

  /** Whether reports are being read or written. */
  private boolean reporting;

  private long seenAt = System.nanoTime() - STALE.multipliedBy(2).toNanos();

  /** What waits for the desk's answer; null while it owes none. */
  private @Nullable List<Command> unseen;

  private Historian(
      ActorContext<Command> context, HistoryFeed feed, Sources sources, History history) {
    this.context = context;
    this.feed = feed;
    this.sources = sources;
    this.history = history;
    this.views = new Views(history);
  }

  /** A historian that remembers from now on. One that fails begins anew with what it remembers. */
  public static Behavior<Command> create(HistoryFeed feed, Sources sources) {
    History history = new History(sources.node(), sources.actors());
    return Behaviors.supervise(
            Metered.behavior(
                Behaviors.<Command>setup(context ->
                    Behaviors.withTimers(timers ->
                        new Historian(context, feed, sources, history).remembering(timers)))))
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
      case GetRows get when isStale(get.view(), now) -> askWorkers().add(get);
      case Watch watch when isStale(watch.view(), now) -> askWorkers().add(watch);
      case GetRows get -> onGet(get, now);
      case Watch watch -> onWatch(watch, now);
      case Unwatch(String view, ActorRef<ViewNews> subscriber) -> {
        Map<ActorRef<ViewNews>, Long> subscribers = waiting.get(view);
        if (subscribers != null) {
          subscribers.remove(subscriber);
        }
        if (unseen != null) {
          unseen.removeIf(each -> each instanceof Watch of && of.subscriber().equals(subscriber));
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
        reporting = false;
        if (reported.files() != null) {
          history.reported(reported.files());
        }
        reportNext(now);
      }
      case Seen seen -> {
        seenAt = now;
        if (seen.workers() != null) {
          history.see(seen.workers());
        }
        List<Command> waited = Objects.requireNonNullElse(unseen, List.of());
        unseen = null;
        waited.forEach(each -> on(each, now));
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
      forget(JOB + job);
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
    if (ended.isEmpty() && !reporting) {
      // From the next time on, when their last events have come.
      ended.addAll(history.takeEnded());
    } else {
      reportNext(now);
    }
    history.sample(System.currentTimeMillis());
    for (String view : List.copyOf(waiting.keySet())) {
      tell(view, now);
    }
    views.unused(now, KEPT).forEach(this::forget);
    if (views.used(now, STALE).anyMatch(Historian::showsWorkers)) {
      askWorkers();
    }
  }

  private void forget(String view) {
    views.forget(view);
    Map<ActorRef<ViewNews>, Long> subscribers = waiting.remove(view);
    if (subscribers != null) {
      subscribers.keySet().forEach(subscriber -> subscriber.tell(new ViewNews.NoSuchView()));
    }
  }

  private static boolean showsWorkers(String view) {
    return view.equals("overview") || view.equals("workers");
  }

  private boolean isStale(String view, long now) {
    return showsWorkers(view) && now - seenAt > STALE.toNanos();
  }

  /** Asks the desk, unless it owes an answer; what is added to the list waits for that. */
  private List<Command> askWorkers() {
    List<Command> waits = unseen;
    if (waits == null) {
      waits = new ArrayList<>();
      unseen = waits;
      context.pipeToSelf(sources.workers().get(), (workers, _) -> new Seen(workers));
    }
    return waits;
  }

  private void onGet(GetRows get, long now) {
    take(now);
    get.replyTo().tell(views.show(get.view(), now, view -> view.since(view.known(get.after()))));
  }

  private void onWatch(Watch watch, long now) {
    take(now);
    waiting
        .computeIfAbsent(watch.view(), _ -> new HashMap<>())
        .put(watch.subscriber(), views.of(watch.view(), now).known(watch.after()));
    tell(watch.view(), now);
  }

  /** Tells those that wait what they have not, if there is any such thing. */
  private void tell(String name, long now) {
    Map<ActorRef<ViewNews>, Long> subscribers = waiting.getOrDefault(name, new HashMap<>());
    View view = views.of(name, now);
    Optional<ViewNews> trouble = views.render(view, now);
    subscribers
        .entrySet()
        .removeIf(each -> {
          if (trouble.isEmpty() && each.getValue() == view.version()) {
            return false;
          }
          each.getKey().tell(trouble.orElseGet(() -> view.following(each.getValue())));
          return true;
        });
    if (subscribers.isEmpty()) {
      waiting.remove(name);
    }
  }

  private void reportNext(long now) {
    while (!reporting && !ended.isEmpty()) {
      String job = ended.remove();
      if (sources.reports().directory().isPresent()) {
        views
            .last(JOB + job, now)
            .ifPresent(rows -> report(() -> sources.reports().write(job, rows)));
      }
    }
  }

  private void report(Callable<Map<String, String>> work) {
    reporting = true;
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
    ViewNews news = views.show(JOB + get.job(), now, view -> view.since(-1));
    if (news instanceof ViewNews.Rows rows) {
      answer(get, () -> sources.reports().pageOf(rows));
    } else {
      get.replyTo().tell(new Report(Optional.empty()));
    }
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
