package dev.stockpot.coordinator.history;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The views that somebody looks at, or did a short while ago. Confined to one thread. */
final class Views {

  private static final Logger LOG = LoggerFactory.getLogger(Views.class);
  private static final int MOST_FAULTS = 100;

  private final History history;
  private final String epoch = Long.toHexString(System.currentTimeMillis());
  private final Map<String, View> views = new HashMap<>();

  /** Why which view could not be shown; each is told once. */
  private final Set<String> faults = new HashSet<>();

  /** Above those of all views that are gone. */
  private long versions;

  Views(History history) {
    this.history = history;
  }

  /** Somebody looks at the view, which may not have been rendered. */
  View of(String name, long now) {
    View view = views.computeIfAbsent(name, this::fresh);
    view.used(now);
    return view;
  }

  private View fresh(String name) {
    return new View(name, epoch, versions + 1);
  }

  void forget(String name) {
    View view = views.remove(name);
    if (view != null) {
      versions = Math.max(versions, view.version());
    }
  }

  /** Those at which nobody looked for so long. */
  List<String> unused(long now, Duration since) {
    return views.values().stream()
        .filter(view -> !view.isUsed(now, since))
        .map(View::name)
        .toList();
  }

  /** Those at which somebody looked so lately. */
  Stream<String> used(long now, Duration within) {
    return views.values().stream().filter(view -> view.isUsed(now, within)).map(View::name);
  }

  /**
   * Brings the view up to date; one that cannot be shown is forgotten.
   *
   * @return why it cannot be shown
   */
  Optional<ViewNews> render(View view, long now) {
    ViewNews trouble;
    try {
      if (view.render(history, System.currentTimeMillis(), now)) {
        return Optional.empty();
      }
      trouble = new ViewNews.NoSuchView();
    } catch (RuntimeException e) {
      if (faults.size() < MOST_FAULTS && faults.add(view.name() + e)) {
        LOG.error("the view {} cannot be shown; this is told once", view.name(), e);
      }
      trouble = new ViewNews.NotShown();
    }
    forget(view.name());
    return Optional.of(trouble);
  }

  /** What is told of the view, once it is up to date. */
  ViewNews show(String name, long now, Function<View, ViewNews.Rows> told) {
    View view = of(name, now);
    return render(view, now).orElseGet(() -> told.apply(view));
  }

  /** All rows as they are at this moment; a view at which nobody looks is not kept for that. */
  Optional<ViewNews.Rows> last(String name, long now) {
    View view = views.getOrDefault(name, fresh(name));
    view.outdate();
    return render(view, now).isPresent() ? Optional.empty() : Optional.of(view.since(-1));
  }
}
