package dev.stockpot.cli.checkpoint;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.inspection.CheckpointDiff;
import dev.stockpot.checkpoint.inspection.TensorPattern;
import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stockpot diff}. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    description = {
      "Compare two checkpoints tensor by tensor and bit by bit.",
      "A ULP is the step from one number of the tensor's dtype to the next. Means are over the"
          + " elements that are numbers in both."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:the tensors are identical",
      "1:they differ",
      "2:wrong usage, or a checkpoint cannot be read"
    })
public final class DiffCommand extends CliCommand {
  @Parameters(index = "0", paramLabel = "A", description = "A checkpoint or .safetensors file.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path a;

  @Parameters(index = "1", paramLabel = "B", description = "Another one.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path b;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Option(
      names = "--tensors",
      paramLabel = "PATTERN",
      description =
          "Compare only the tensors with names like this: * for any characters, ? for one.")
  private @Nullable String tensors;

  @Override
  public Integer call() {
    PrintWriter out = out();
    CheckpointDiff diff =
        CheckpointDiff.of(Checkpoint.open(a), Checkpoint.open(b), TensorPattern.of(tensors));
    try {
      boolean identical = json ? DiffJson.write(diff, out) : new DiffText(diff, out).print();
      return identical ? ExitCode.DONE : ExitCode.FAILED;
    } finally {
      // What was found before a file failed stands before the error.
      out.flush();
    }
  }
}
