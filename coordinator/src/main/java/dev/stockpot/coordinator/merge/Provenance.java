package dev.stockpot.coordinator.merge;

import dev.stockpot.checkpoint.file.Sha256;
import dev.stockpot.checkpoint.safetensors.PlacedTensor;
import dev.stockpot.checkpoint.safetensors.ShardLayout;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.kernel.Crc32cs;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.merge.planner.PlannedSoup;
import dev.stockpot.merge.verification.Manifest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Adds the receipts of a job up to the manifests of its soups. */
final class Provenance {

  private Provenance() {}

  /**
   * The manifests of a complete job, one for each soup: what they would be had each been made
   * alone, but for the times, which are those of all soups together.
   *
   * @param receipts of every task
   */
  static List<Manifest> manifests(PlannedMerge planned, Collection<Receipt> receipts) {
    Receipt[] byTask = new Receipt[planned.tasks().size()];
    StageNanos times = StageNanos.ZERO;
    for (Receipt receipt : receipts) {
      byTask[receipt.task()] = receipt;
      times = times.plus(receipt.times());
    }
    List<Manifest> manifests = new ArrayList<>();
    for (int soup = 0; soup < planned.soups().size(); soup++) {
      manifests.add(manifest(planned, soup, byTask, times));
    }
    return manifests;
  }

  private static Manifest manifest(
      PlannedMerge planned, int soup, Receipt[] byTask, StageNanos times) {
    PlannedSoup made = planned.soups().get(soup);
    Map<String, Sums> sums = new HashMap<>();
    for (TensorTask task : planned.tasks()) {
      List<Integer> sources =
          switch (task.operation()) {
            case MERGE -> made.spec().sources();
            case COPY -> IntStream.range(0, task.sources().size()).boxed().toList();
          };
      sums.computeIfAbsent(task.tensor(), _ -> new Sums(soup, sources))
          .append(task, byTask[task.id()]);
    }
    return Manifest.of(
        made.fingerprint(),
        made.plan(),
        planned.inputs(),
        planned.layout().shards().stream().map(Provenance::outputFile).toList(),
        planned.layout().tensors().stream()
            .map(placed -> tensor(placed, sums.get(placed.name())))
            .toList(),
        times);
  }

  private static Manifest.OutputFile outputFile(ShardLayout shard) {
    return new Manifest.OutputFile(shard.fileName(), shard.fileSize(), Sha256.hex(shard.header()));
  }

  /** A tensor without elements has no task, and the checksums of nothing. */
  private static Manifest.Tensor tensor(PlacedTensor placed, @Nullable Sums sums) {
    Sums of = sums == null ? new Sums(0, List.of()) : sums;
    return new Manifest.Tensor(
        placed.name(),
        placed.tensor().dtype(),
        hex(of.output),
        IntStream.of(of.sourceSums).mapToObj(Provenance::hex).toList(),
        of.nan,
        of.infinity);
  }

  private static String hex(int crc) {
    return HexFormat.of().toHexDigits(crc);
  }

  /** The checksums of a tensor's pieces in one soup, which come in order, put together. */
  private static final class Sums {
    private final int soup;
    private final List<Integer> sources;
    private final int[] sourceSums;
    private int output;
    private long nan;
    private long infinity;

    /** Of a soup that is made of these sources of each task. */
    Sums(int soup, List<Integer> sources) {
      this.soup = soup;
      this.sources = sources;
      this.sourceSums = new int[sources.size()];
    }

    void append(TensorTask task, Receipt receipt) {
      Receipt.Output written = receipt.outputs().get(soup);
      output = append(output, written.crc(), task.length());
      for (int k = 0; k < sourceSums.length; k++) {
        int source = sources.get(k);
        sourceSums[k] =
            append(
                sourceSums[k],
                receipt.sourceCrcs().get(source),
                task.sources().get(source).length());
      }
      nan += written.nan();
      infinity += written.infinity();
    }

    private static int append(int sum, int crc, long length) {
      return (int)
          Crc32cs.combine(Integer.toUnsignedLong(sum), Integer.toUnsignedLong(crc), length);
    }
  }
}
