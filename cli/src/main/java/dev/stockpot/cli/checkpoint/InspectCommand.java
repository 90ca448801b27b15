package dev.stockpot.cli.checkpoint;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.inspection.Contents;
import dev.stockpot.checkpoint.inspection.TensorPattern;
import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stockpot inspect}. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = "Show what is in a checkpoint or a safetensors file.")
public final class InspectCommand extends CliCommand {
  @Parameters(
      paramLabel = "PATH",
      description = "Directory of a checkpoint, or a .safetensors file.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path path;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Option(
      names = "--tensors",
      paramLabel = "PATTERN",
      description = "List only the tensors with names like this: * for any characters, ? for one.")
  private @Nullable String tensors;

  @Override
  public Integer call() {
    PrintWriter out = out();
    Contents contents = Contents.of(Checkpoint.open(path), TensorPattern.of(tensors));
    if (json) {
      ContentsJson.write(contents, out);
    } else {
      new ContentsText(contents, out).print();
    }
    out.flush();
    return ExitCode.DONE;
  }
}
