package dev.stockpot.benchmarks.gpu;

import dev.stockpot.benchmarks.SyntheticCheckpoints;
import dev.stockpot.checkpoint.safetensors.ShardLayout;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How large the models of a soup may be: three are kept in one place and a fourth is made in
 * another, and all four must stay in memory.
 *
 * @param data where the three are
 * @param scratch where the fourth is
 */
record Room(Path data, Path scratch) {

  private static final Path MEMORY_FILES = Path.of("/dev/shm");

  private static final String FREE_MEMORY = "MemAvailable:";

  /** Of memory that is free, what programs and pinned memory may need. */
  private static final long PROGRAMS = 10L << 30;

  /** Scratch files in memory where a whole model goes there, else beside the data. */
  static Room with(Path data, Optional<Path> scratch) throws IOException {
    if (scratch.isPresent()) {
      return new Room(data, scratch.get());
    }
    boolean inMemory =
        Files.isWritable(MEMORY_FILES)
            && Files.getFileStore(MEMORY_FILES).getUsableSpace()
                > bytes(SyntheticCheckpoints.LAYERS_OF_8B);
    return new Room(data, (inMemory ? MEMORY_FILES : data).resolve("stockpot-gpu"));
  }

  /** As many layers as there is room for; at least one. */
  int layers() throws IOException {
    long memory = freeMemory();
    FileStore models = store(data);
    FileStore soup = store(scratch);
    int kept = SyntheticCheckpoints.MODELS;
    int layers = SyntheticCheckpoints.LAYERS_OF_8B;
    while (layers > 1) {
      long bytes = bytes(layers);
      long there = written(layers);
      boolean fits =
          models.equals(soup)
              ? models.getUsableSpace() + there > (kept + 1) * bytes
              : models.getUsableSpace() + there > kept * bytes && soup.getUsableSpace() > bytes;
      if (fits && memory + there - PROGRAMS > (kept + 1) * bytes) {
        return layers;
      }
      layers--;
    }
    return layers;
  }

  private static long freeMemory() throws IOException {
    return Files.readAllLines(Path.of("/proc/meminfo")).stream()
        .filter(line -> line.startsWith(FREE_MEMORY))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }

  /** The directory of models with so many layers. */
  Path models(int layers) {
    return data.resolve("llama-8b-" + layers);
  }

  /** Bytes that an earlier run has left of them. */
  private long written(int layers) throws IOException {
    long bytes = 0;
    for (int model = 0; model < SyntheticCheckpoints.MODELS; model++) {
      for (ShardLayout shard : SyntheticCheckpoints.llama8b(layers).shards()) {
        Path file = models(layers).resolve("model-" + model).resolve(shard.fileName());
        bytes += Files.exists(file) ? Files.size(file) : 0;
      }
    }
    return bytes;
  }

  private static long bytes(int layers) {
    return SyntheticCheckpoints.llama8b(layers).shards().stream()
        .mapToLong(ShardLayout::fileSize)
        .sum();
  }

  private static FileStore store(Path directory) throws IOException {
    return Files.getFileStore(Files.createDirectories(directory));
  }
}
