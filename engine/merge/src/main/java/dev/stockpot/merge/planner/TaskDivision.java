package dev.stockpot.merge.planner;

import dev.stockpot.checkpoint.CheckpointLayout;
import dev.stockpot.checkpoint.TensorLocation;
import dev.stockpot.checkpoint.safetensors.PlacedTensor;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.Operation;
import dev.stockpot.merge.TensorTask.SourceRange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Divides a layout into tasks. What a task writes, of all soups, is bounded, so that a worker can
 * hold it: the more soups, the smaller the pieces.
 *
 * @param copied tensors that are copied although their dtype could be merged
 * @param fileIndex index of each input file, as tasks name it
 * @param used the models that some soup is made of
 * @param soups how many are made at most, all laid out alike
 */
record TaskDivision(
    CheckpointLayout layout,
    List<Ingredient> ingredients,
    Set<String> copied,
    Map<Path, Integer> fileIndex,
    List<Integer> used,
    int soups) {

  /**
   * Elements that a merging task writes, of all soups together: 8 MiB of BF16, so a 70B model is
   * about 17,000 tasks.
   */
  static final long PIECE_ELEMENTS = 4L << 20;

  /** Bytes that a copying task writes, likewise. */
  static final long PIECE_BYTES = 8L << 20;

  /** Pieces are multiples of this, so that they begin where pages and chunks do. */
  private static final long PIECE_UNIT = 64L << 10;

  static final int MOST_SOUPS = (int) (PIECE_ELEMENTS / PIECE_UNIT);

  /** The tasks in the order in which they are to be done. */
  List<TensorTask> tasks() {
    List<TensorTask> tasks = new ArrayList<>();
    // Copies first: whether the inputs agree in them is the one thing that headers do not tell.
    for (Operation operation : List.of(Operation.COPY, Operation.MERGE)) {
      for (PlacedTensor placed : layout.tensors()) {
        Operation needed = operationFor(placed);
        if (needed != operation || placed.byteSize() == 0) {
          continue;
        }
        List<SourceRange> whole = new ArrayList<>();
        for (int model = 0; model < ingredients.size(); model++) {
          if (operation == Operation.MERGE && !used.contains(model)) {
            continue;
          }
          TensorLocation at =
              Objects.requireNonNull(ingredients.get(model).tensors().get(placed.name()));
          whole.add(
              new SourceRange(
                  Objects.requireNonNull(fileIndex.get(at.file().path())),
                  model,
                  at.offset(),
                  at.header().byteSize(),
                  at.header().dtype()));
        }
        split(placed, operation, whole, tasks);
      }
    }
    return tasks;
  }

  private Operation operationFor(PlacedTensor placed) {
    return placed.tensor().dtype().mergeable() && !copied.contains(placed.name())
        ? Operation.MERGE
        : Operation.COPY;
  }

  private void split(
      PlacedTensor placed, Operation operation, List<SourceRange> whole, List<TensorTask> tasks) {
    boolean merge = operation == Operation.MERGE;
    long elements = merge ? placed.byteSize() / placed.tensor().dtype().bytes() : placed.byteSize();
    long most = merge ? PIECE_ELEMENTS : PIECE_BYTES;
    long piece = most / soups / PIECE_UNIT * PIECE_UNIT;
    for (long first = 0; first < elements; first += piece) {
      long count = Math.min(piece, elements - first);
      List<SourceRange> sources = new ArrayList<>(whole.size());
      for (SourceRange range : whole) {
        long width = merge ? range.dtype().bytes() : 1;
        sources.add(
            new SourceRange(
                range.input(),
                range.model(),
                range.offset() + first * width,
                count * width,
                range.dtype()));
      }
      long width = merge ? placed.tensor().dtype().bytes() : 1;
      tasks.add(
          new TensorTask(
              tasks.size(),
              placed.name(),
              operation,
              first,
              count,
              sources,
              placed.tensor().dtype(),
              placed.shard(),
              placed.offset() + first * width,
              count * width));
    }
  }
}
