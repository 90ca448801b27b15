package dev.stockpot.cli.embedded;

import java.io.File;
import java.nio.file.Path;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** How much there is to read, before anything is opened. */
public final class ModelSizes {

  private ModelSizes() {}

  /**
   * Bytes of the safetensors files of checkpoints, each a directory or a file; what cannot be
   * looked at counts nothing, and is reported by whoever opens it.
   */
  public static long of(Stream<Path> models) {
    return models.map(Path::toFile).flatMapToLong(ModelSizes::sizes).sum();
  }

  private static LongStream sizes(File model) {
    File[] shards = model.listFiles((_, name) -> name.endsWith(".safetensors"));
    return shards == null
        ? LongStream.of(model.length())
        : Stream.of(shards).mapToLong(File::length);
  }
}
