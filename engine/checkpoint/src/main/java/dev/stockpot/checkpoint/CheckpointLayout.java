package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.safetensors.OutputTensor;
import dev.stockpot.checkpoint.safetensors.PlacedTensor;
import dev.stockpot.checkpoint.safetensors.ShardLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A checkpoint's files before a tensor byte is known: names, headers, every tensor's place, the
 * index. The same tensors and shard size give the same bytes always.
 *
 * <p>Shards are filled in the order given. A shard ends before the tensor that would make its
 * tensors larger than the shard size, or its header larger than the format allows; a tensor larger
 * than the shard size has a shard of its own. Within a shard, tensors of wider elements come first,
 * and tensors of one width keep the order given: with the data section at a multiple of 4096 bytes,
 * every element then lies at a multiple of its width, without padding. (The safetensors library
 * orders alike, but by name within a width.)
 */
public final class CheckpointLayout {
  private static final int LARGEST_HEADER = 90_000_000;

  private final List<ShardLayout> shards;
  private final long totalSize;

  private CheckpointLayout(List<ShardLayout> shards, long totalSize) {
    this.shards = List.copyOf(shards);
    this.totalSize = totalSize;
  }

  /**
   * Lays the tensors out in as few shards as their order allows.
   *
   * @param tensors each name once
   * @param shardSize most bytes of tensors in one shard; its header is not counted
   * @throws IllegalArgumentException if a name stands there twice or the shard size is not positive
   */
  public static CheckpointLayout of(List<OutputTensor> tensors, long shardSize) {
    if (shardSize <= 0) {
      throw new IllegalArgumentException("a shard size of " + shardSize + " bytes holds nothing");
    }
    Set<String> names = new HashSet<>();
    long totalSize = 0;
    for (OutputTensor tensor : tensors) {
      if (!names.add(tensor.name())) {
        throw new IllegalArgumentException("two tensors " + Printable.quoted(tensor.name()));
      }
      totalSize = Math.addExact(totalSize, tensor.byteSize());
    }
    List<List<OutputTensor>> split = split(tensors, shardSize);
    List<ShardLayout> shards = new ArrayList<>(split.size());
    for (int i = 0; i < split.size(); i++) {
      shards.add(ShardLayout.of(fileName(i, split.size()), i, split.get(i)));
    }
    return new CheckpointLayout(shards, totalSize);
  }

  /** At least one. */
  public List<ShardLayout> shards() {
    return shards;
  }

  /** Every tensor, shard by shard, in the order of the bytes. */
  public List<PlacedTensor> tensors() {
    return shards.stream().flatMap(shard -> shard.tensors().stream()).toList();
  }

  /** Bytes of all tensors, without headers. */
  public long totalSize() {
    return totalSize;
  }

  /** The content of {@code model.safetensors.index.json}; empty where there is one shard. */
  public Optional<byte[]> index() {
    return shards.size() == 1 ? Optional.empty() : Optional.of(ShardIndex.write(this));
  }

  private static List<List<OutputTensor>> split(List<OutputTensor> tensors, long shardSize) {
    List<List<OutputTensor>> shards = new ArrayList<>();
    List<OutputTensor> shard = new ArrayList<>();
    long bytes = 0;
    long header = 0;
    for (OutputTensor tensor : tensors) {
      long size = tensor.byteSize();
      long entry = largestEntry(tensor);
      boolean full = size > shardSize - bytes || header + entry > LARGEST_HEADER;
      if (full && !shard.isEmpty()) {
        shards.add(shard);
        shard = new ArrayList<>();
        bytes = 0;
        header = 0;
      }
      shard.add(tensor);
      bytes += size;
      header += entry;
    }
    if (!shard.isEmpty() || shards.isEmpty()) {
      shards.add(shard);
    }
    return shards;
  }

  /** No fewer bytes than the tensor takes in a header: six a character, twenty a number. */
  private static long largestEntry(OutputTensor tensor) {
    return 6L * tensor.name().length() + 21L * (tensor.shape().size() + 2) + 64;
  }

  private static String fileName(int shard, int shards) {
    return shards == 1
        ? WeightFiles.SINGLE
        : "model-%05d-of-%05d.safetensors".formatted(shard + 1, shards);
  }
}
