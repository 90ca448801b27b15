package dev.stockpot.coordinator.queue;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.coordinator.files.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Room for the queue's journal. What clients ask for is refused early, so that what jobs under way
 * have to say can be recorded to their end.
 *
 * @param directory of the journal; empty where it is not in files
 */
record JournalRoom(Optional<Path> directory) {

  /** Left to what is not asked for. */
  private static final long MARGIN = 1 << 20;

  /**
   * Blocks.
   *
   * @param bytes that are to be recorded
   * @throws SubmissionCheck.RefusedException if they, and some more, find no room
   */
  void check(long bytes) throws SubmissionCheck.RefusedException {
    if (directory.isEmpty()) {
      return;
    }
    Path place = directory.get();
    long free;
    try {
      PrivateFiles.makeDirectory(place);
      free = Files.getFileStore(place).getUsableSpace();
    } catch (IOException e) {
      throw refused("%s: cannot be written: %s".formatted(place, FileErrors.reason(e)));
    }
    if (free < bytes + MARGIN) {
      throw refused(
          "%s: no room is left to record a job (%,d bytes are free); free some there, and ask again"
              .formatted(place, free));
    }
  }

  private static SubmissionCheck.RefusedException refused(String message) {
    return new SubmissionCheck.RefusedException(Answer.Reason.OUT_OF_DISK, message, List.of());
  }
}
