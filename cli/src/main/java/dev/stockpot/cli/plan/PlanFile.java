package dev.stockpot.cli.plan;

import dev.stockpot.merge.plan.InvalidPlanException;
import dev.stockpot.merge.plan.MergePlan;
import dev.stockpot.merge.plan.PlanReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Reads a plan as the command line names it. */
public final class PlanFile {

  private PlanFile() {}

  /**
   * Reads the plans of a file.
   *
   * @param file {@code -} for standard input, whose paths are relative to the working directory
   */
  public static List<MergePlan> read(Path file) throws IOException, InvalidPlanException {
    if (file.toString().equals("-")) {
      String text = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
      return PlanReader.parse(text, file, Path.of("").toAbsolutePath());
    }
    return PlanReader.read(file);
  }
}
