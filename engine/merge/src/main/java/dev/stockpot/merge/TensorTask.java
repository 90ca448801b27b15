package dev.stockpot.merge;

import dev.stockpot.checkpoint.safetensors.Dtype;
import java.util.List;

/**
 * One piece of one output tensor, the same piece in every soup of its job: where its bytes come
 * from and where they go. Self-contained given its {@link MergeSpec}; doing it twice writes the
 * same bytes twice.
 *
 * @param id position in the job's list of tasks, from 0
 * @param tensor name of the output tensor
 * @param operation what to do with the sources
 * @param firstElement index of the piece's first element in the flattened tensor
 * @param elements number of elements of the piece; for {@link Operation#COPY} the number of bytes
 * @param sources one range per model, in plan order; for {@link Operation#MERGE} only models that
 *     some soup is made of
 * @param dtype dtype of the output
 * @param shard index into {@link MergeSpec#shards()}
 * @param offset absolute byte offset of the piece in that shard of every soup
 * @param length bytes of the piece in one soup's shard
 */
public record TensorTask(
    int id,
    String tensor,
    Operation operation,
    long firstElement,
    long elements,
    List<SourceRange> sources,
    Dtype dtype,
    int shard,
    long offset,
    long length) {

  public TensorTask {
    sources = List.copyOf(sources);
  }

  /** What is done with the sources of a task. */
  public enum Operation {
    /** The weighted sum of the sources. */
    MERGE,
    /** The bytes of the first source, after all others were found to be the same. */
    COPY
  }

  /**
   * A range of one input file.
   *
   * @param input index into {@link MergeSpec#inputs()}
   * @param model index into {@link MergeSpec#models()}
   * @param offset absolute byte offset in the file
   * @param length bytes
   */
  public record SourceRange(int input, int model, long offset, long length, Dtype dtype) {}

  /** Bytes read, once for all soups. */
  public long inputBytes() {
    long bytes = 0;
    for (SourceRange source : sources) {
      bytes += source.length();
    }
    return bytes;
  }
}
