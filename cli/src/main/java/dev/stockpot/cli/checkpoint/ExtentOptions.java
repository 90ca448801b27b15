package dev.stockpot.cli.checkpoint;

import dev.stockpot.merge.verification.VerifyReport.Extent;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How much of an output is made again to verify it: at most one of these options. */
public final class ExtentOptions {

  private static final int DEFAULT_SAMPLE = 16;

  @Option(
      names = "--sample",
      paramLabel = "N",
      description =
          "Recompute N tensors, always the same, the largest and the smallest among them."
              + " Default: 16.")
  private @Nullable Integer sample;

  @Option(names = "--all", description = "Recompute every tensor.")
  private boolean all;

  @Option(names = "--checksums-only", description = "Recompute nothing; needs the output alone.")
  private boolean checksumsOnly;

  /**
   * What was asked for.
   *
   * @param options null if none was given
   * @param wrong makes the refusal of a wrong one
   */
  public static Extent extent(
      @Nullable ExtentOptions options, Function<String, ParameterException> wrong) {
    if (options == null) {
      return new Extent.Sample(DEFAULT_SAMPLE);
    }
    if (options.all) {
      return new Extent.All();
    }
    if (options.checksumsOnly) {
      return new Extent.ChecksumsOnly();
    }
    int sample = options.sample == null ? DEFAULT_SAMPLE : options.sample;
    if (sample < 1) {
      throw wrong.apply("--sample must be at least 1; --checksums-only recomputes nothing");
    }
    return new Extent.Sample(sample);
  }
}
