package dev.stockpot.checkpoint.safetensors;

/**
 * An output tensor and the place of its bytes.
 *
 * @param shard index into {@code CheckpointLayout.shards()}
 * @param offset of its first byte in the shard, from the file's start
 */
public record PlacedTensor(OutputTensor tensor, int shard, long offset) {

  public String name() {
    return tensor.name();
  }

  public long byteSize() {
    return tensor.byteSize();
  }
}
