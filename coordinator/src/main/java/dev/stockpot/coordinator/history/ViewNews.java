package dev.stockpot.coordinator.history;

/** What who asks for a view hears. */
public sealed interface ViewNews {

  /**
   * Rows of the view, all or those that changed.
   *
   * @param id names the version: {@code EPOCH.VERSION}
   * @param json {@code {"epoch": ..., "version": ..., "reset": ..., "rows": {...}}}
   */
  record Rows(String id, String json) implements ViewNews {}

  /** There is no such view (any more); nothing follows. */
  record NoSuchView() implements ViewNews {}
}
