package dev.stockpot.coordinator.job;

import dev.stockpot.checkpoint.PlacedTensor;
import dev.stockpot.checkpoint.ShardLayout;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.kernel.Crc32cs;
import dev.stockpot.merge.manifest.Manifest;
import dev.stockpot.merge.planner.PlannedMerge;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Adds the receipts of a job up to its manifest. */
final class Provenance {

  private Provenance() {}

  /**
   * The manifest of a complete job.
   *
   * @param receipts of every task
   */
  static Manifest manifest(PlannedMerge planned, Collection<Receipt> receipts) {
    Receipt[] byTask = new Receipt[planned.tasks().size()];
    receipts.forEach(receipt -> byTask[receipt.task()] = receipt);
    Map<String, Sums> sums = new HashMap<>();
    StageNanos times = StageNanos.ZERO;
    for (TensorTask task : planned.tasks()) {
      Receipt receipt = byTask[task.id()];
      sums.computeIfAbsent(task.tensor(), _ -> new Sums(task.sources().size()))
          .append(task, receipt);
      times = times.plus(receipt.times());
    }
    return Manifest.of(
        planned.fingerprint(),
        planned.plan(),
        planned.inputs(),
        planned.layout().shards().stream().map(Provenance::outputFile).toList(),
        planned.layout().tensors().stream()
            .map(placed -> tensor(placed, sums.get(placed.name())))
            .toList(),
        times);
  }

  private static Manifest.OutputFile outputFile(ShardLayout shard) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return new Manifest.OutputFile(
          shard.fileName(),
          shard.fileSize(),
          HexFormat.of().formatHex(sha256.digest(shard.header())));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** A tensor without elements has no task, and the checksums of nothing. */
  private static Manifest.Tensor tensor(PlacedTensor placed, @Nullable Sums sums) {
    Sums of = sums == null ? new Sums(0) : sums;
    return new Manifest.Tensor(
        placed.name(),
        placed.tensor().dtype(),
        hex(of.output),
        IntStream.of(of.sources).mapToObj(Provenance::hex).toList(),
        of.nan,
        of.infinity);
  }

  private static String hex(int crc) {
    return HexFormat.of().toHexDigits(crc);
  }

  /** The checksums of a tensor's pieces, which come in order, put together. */
  private static final class Sums {
    private int output;
    private final int[] sources;
    private long nan;
    private long infinity;

    Sums(int sources) {
      this.sources = new int[sources];
    }

    void append(TensorTask task, Receipt receipt) {
      output = append(output, receipt.outputCrc(), task.length());
      for (int k = 0; k < sources.length; k++) {
        sources[k] =
            append(sources[k], receipt.sourceCrcs().get(k), task.sources().get(k).length());
      }
      nan += receipt.nan();
      infinity += receipt.infinity();
    }

    private static int append(int sum, int crc, long length) {
      return (int)
          Crc32cs.combine(Integer.toUnsignedLong(sum), Integer.toUnsignedLong(crc), length);
    }
  }
}
