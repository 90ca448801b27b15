package dev.stockpot.cli.plan;

import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.Plan;
import dev.stockpot.plan.SearchPlan;
import dev.stockpot.plan.paths.AllowedRoots;
import dev.stockpot.plan.reading.PlanReader;
import dev.stockpot.plan.yaml.InvalidPlanException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Reads a plan as the command line names it. */
public final class PlanFile {

  private PlanFile() {}

  /** Reads the plan of a search; {@code file} as in {@link #read}. */
  public static SearchPlan readSearch(Path file) throws IOException, InvalidPlanException {
    return isStandardInput(file)
        ? PlanReader.parseSearch(standardInput(), file, Path.of("").toAbsolutePath())
        : PlanReader.readSearch(file);
  }

  /** Reads plans of any kind; {@code file} as in {@link #read}. */
  static List<Plan> readAny(Path file) throws IOException, InvalidPlanException {
    return isStandardInput(file)
        ? PlanReader.parseAny(
            standardInput(), file, Path.of("").toAbsolutePath(), AllowedRoots.everywhere())
        : PlanReader.readAny(file);
  }

  private static boolean isStandardInput(Path file) {
    return file.toString().equals("-");
  }

  private static String standardInput() throws IOException {
    return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
  }

  /**
   * Reads the plans of merges in a file.
   *
   * @param file {@code -} for standard input, whose paths are relative to the working directory
   */
  public static List<MergePlan> read(Path file) throws IOException, InvalidPlanException {
    return isStandardInput(file)
        ? PlanReader.parse(standardInput(), file, Path.of("").toAbsolutePath())
        : PlanReader.read(file);
  }
}
