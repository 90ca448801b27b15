package dev.stockpot.cli.checkpoint;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stockpot inspect}. */
@Command(
    name = "inspect",
    description = "Shows what is in a checkpoint or a safetensors file.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:shown", "1:not a checkpoint, or it cannot be read", "2:wrong usage"})
public final class InspectCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "PATH",
      description = "Directory of a checkpoint, or a .safetensors file.")
  private Path path = Path.of("");

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Option(
      names = "--tensors",
      paramLabel = "PATTERN",
      description = "List only the tensors with names like this: * for any characters, ? for one.")
  private @Nullable String tensors;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try {
      Contents contents = Contents.of(Checkpoint.open(path), TensorPattern.of(tensors));
      if (json) {
        ContentsJson.write(contents, out);
      } else {
        new ContentsText(contents, out).print();
      }
      out.flush();
      return ExitCode.OK;
    } catch (CheckpointException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return ExitCode.SOFTWARE;
    }
  }
}
