package dev.stockpot.cli.checkpoint;

import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.merge.verification.Verification;
import dev.stockpot.merge.verification.VerifyReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** {@code stockpot verify}. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Check a merged checkpoint against its manifest and its inputs.",
      "",
      "Compares the shards and the checksum of every tensor with the manifest beside them, makes a"
          + " sample of tensors again from the inputs, and compares those byte for byte.",
      ""
    },
    footer = {
      "",
      "An input that was touched is a note as long as the bytes read from it are those that were"
          + " merged. Inputs that are gone leave the checksums to check: with --checksums-only that is"
          + " all, without it the output counts as not verified.",
      "",
      "Exit status: 0 verified, 2 no manifest or a shard is missing, 4 something differs or could not"
          + " be checked."
    })
public final class VerifyCommand extends CliCommand {

  @Parameters(paramLabel = "OUTPUT", description = "The directory that a merge wrote.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path output;

  @ArgGroup private @Nullable ExtentOptions extent;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    VerifyReport report = Verification.run(output, ExtentOptions.extent(extent, this::wrong));
    PrintWriter out = out();
    if (json) {
      out.println(JsonMapper.shared().writeValueAsString(VerifyTelling.json(report)));
    } else {
      VerifyTelling.lines(report).forEach(out::println);
    }
    out.flush();
    return report.passed() ? ExitCode.DONE : ExitCode.VERIFICATION_FAILED;
  }
}
