package dev.stockpot.coordinator.history;

import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which parts of a merge's output are done: of each shard, and of each 256th of all bytes in the
 * order of the files. Confined to one thread.
 */
final class OutputProgress {

  static final int STRIP = 256;

  private record Row(String name, long bytes, long doneBytes, int tensors, int doneTensors) {}

  private static final class Shard {
    private final String name;
    private long first = Long.MAX_VALUE;
    private long bytes;
    private long base;
    private long doneBytes;
    private int tensors;
    private int doneTensors;
    private boolean changed = true;

    Shard(String name) {
      this.name = name;
    }
  }

  private List<TensorTask> tasks;
  private BitSet done;
  private final List<Shard> shards = new ArrayList<>();

  /** Which tensor a task is of, by number. */
  private int[] tensors;

  /** Tasks of a tensor that are not done. */
  private int[] open;

  private final double[] strip = new double[STRIP];
  private long bytes;

  /** Tasks that are not done. */
  private int left;

  private boolean changed = true;

  /**
   * Of a run that begins.
   *
   * @param kept ids of tasks that are done already
   */
  OutputProgress(MergeSpec spec, List<TensorTask> tasks, Collection<Integer> kept) {
    this.tasks = tasks;
    this.done = new BitSet(tasks.size());
    this.tensors = new int[tasks.size()];
    int files = spec.shards().keySet().stream().mapToInt(index -> index + 1).max().orElse(0);
    for (int i = 0; i < files; i++) {
      shards.add(new Shard(spec.shards().getOrDefault(i, "")));
    }
    Map<String, Integer> numbers = new HashMap<>();
    for (TensorTask task : tasks) {
      Shard shard = shards.get(task.shard());
      shard.first = Math.min(shard.first, task.offset());
      shard.bytes += task.length();
      int known = numbers.size();
      int tensor = numbers.computeIfAbsent(task.tensor(), _ -> known);
      tensors[task.id()] = tensor;
      if (tensor == known) {
        shard.tensors++;
      }
    }
    open = new int[numbers.size()];
    Arrays.stream(tensors).forEach(tensor -> open[tensor]++);
    for (Shard shard : shards) {
      shard.base = bytes;
      bytes += shard.bytes;
    }
    left = tasks.size();
    kept.forEach(this::done);
  }

  void done(int task) {
    if (task >= tasks.size() || done.get(task)) {
      return;
    }
    done.set(task);
    TensorTask each = tasks.get(task);
    Shard shard = shards.get(each.shard());
    shard.doneBytes += each.length();
    open[tensors[task]]--;
    if (open[tensors[task]] == 0) {
      shard.doneTensors++;
    }
    shard.changed = true;
    fill(shard.base + each.offset() - shard.first, each.length());
    left--;
    changed = true;
  }

  /** The run is over: what is known of single tasks, which may be many, is forgotten. */
  void end() {
    tasks = List.of();
    done = new BitSet();
    tensors = new int[0];
    open = new int[0];
  }

  /** Alignment leaves gaps between tensors, so the last ones may reach beyond the sum. */
  private void fill(long from, long length) {
    double width = bytes / (double) STRIP;
    double begin = from;
    double end = Math.min((double) bytes, begin + length);
    for (int i = (int) Math.min(STRIP - 1, begin / width); i < STRIP && i * width < end; i++) {
      double part = Math.min(end, (i + 1) * width) - Math.max(begin, i * width);
      strip[i] = Math.min(1, strip[i] + Math.max(0, part) / width);
    }
  }

  void render(LiveTable table, boolean whole) {
    if (!changed && !whole) {
      return;
    }
    for (int i = 0; i < shards.size(); i++) {
      Shard shard = shards.get(i);
      if (shard.changed || whole) {
        table.put(
            "shard/" + i,
            RowJson.of(
                new Row(
                    shard.name, shard.bytes, shard.doneBytes, shard.tensors, shard.doneTensors)));
        shard.changed = false;
      }
    }
    if (left == 0) {
      Arrays.fill(strip, 1);
    }
    table.put("strip", RowJson.of(Arrays.stream(strip).map(OutputProgress::rounded).toArray()));
    changed = false;
  }

  private static double rounded(double part) {
    return part > 0.9995 ? 1 : Math.floor(part * 1000) / 1000;
  }

  int shards() {
    return shards.size();
  }
}
