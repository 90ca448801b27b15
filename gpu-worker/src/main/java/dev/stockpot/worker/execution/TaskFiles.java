package dev.stockpot.worker.execution;

import dev.stockpot.merge.execution.ChunkSink;
import dev.stockpot.merge.execution.InputSource;
import dev.stockpot.worker.storage.Upload;
import java.util.Optional;

/**
 * The ways of one task's bytes while it is under way.
 *
 * @param sink the upload, if there is one
 */
public record TaskFiles(InputSource inputs, ChunkSink sink, Optional<Upload> upload)
    implements AutoCloseable {

  /** Gives back what an upload holds that was not sent. */
  @Override
  public void close() {
    upload.ifPresent(Upload::close);
  }
}
