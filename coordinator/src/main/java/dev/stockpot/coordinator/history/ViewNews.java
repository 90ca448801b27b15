package dev.stockpot.coordinator.history;

import java.util.Optional;
import org.apache.pekko.util.ByteString;

/** What who asks for a view hears. */
public sealed interface ViewNews {

  /**
   * Rows of the view, all or those that changed. The bytes are the same ones for all who are told
   * the same.
   *
   * @param base all rows of a while ago, to which those that changed since are told; or empty
   * @param id names the version: {@code EPOCH.VERSION}
   * @param json {@code {"epoch": ..., "version": ..., "reset": ..., "rows": {...}}}
   */
  record Rows(Optional<Rows> base, String id, ByteString json) implements ViewNews {}

  /** There is no such view (any more); nothing follows. */
  record NoSuchView() implements ViewNews {}

  /** There is such a view, and a fault of ours keeps it from being shown; nothing follows. */
  record NotShown() implements ViewNews {}
}
