package dev.stockpot.cli.hub;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.checkpoint.ExtentOptions;
import dev.stockpot.cli.checkpoint.VerifyTelling;
import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.cli.console.ProgressWriter;
import dev.stockpot.cli.console.Terminal;
import dev.stockpot.hub.HubReference;
import dev.stockpot.hub.client.Hub;
import dev.stockpot.hub.client.Patience;
import dev.stockpot.hub.push.Publication;
import dev.stockpot.hub.push.Push;
import dev.stockpot.hub.push.Pushed;
import dev.stockpot.hub.transfer.TransferListener;
import dev.stockpot.merge.verification.Verification;
import dev.stockpot.merge.verification.VerifyReport;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** {@code stockpot push}. */
@Command(
    name = "push",
    mixinStandardHelpOptions = true,
    description = {
      "Put a merged checkpoint on the hub, as one commit.",
      "",
      "Verifies it first, as 'stockpot verify' does, and pushes what the merge wrote: weights,"
          + " config, tokenizer, model card and manifest. The repository is made where there is none,"
          + " private unless told otherwise. Stopped, it goes on where it was: the hub keeps what it"
          + " has whole.",
      ""
    },
    footer = {
      "",
      "The last line of standard output is the page to look at.",
      "",
      "Exit status: 0 pushed, 1 the hub or the network failed, 2 the hub refuses, 4 not verified."
    })
public final class PushCommand extends CliCommand {

  @Parameters(index = "0", paramLabel = "OUTPUT", description = "The directory that a merge wrote.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path output;

  @Parameters(index = "1", paramLabel = "ORG/NAME", description = "The repository on the hub.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String repository;

  @Option(
      names = "--branch",
      paramLabel = "NAME",
      defaultValue = HubReference.MAIN,
      description = "The branch to commit to; made where there is none. Default: main.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String branch;

  @Option(names = "--pull-request", description = "Open a pull request instead.")
  private boolean pullRequest;

  @Option(names = "--public", description = "Everybody may see it.")
  private boolean open;

  @Option(
      names = "--force",
      description =
          "Replace files that the branch has with other contents, and delete weights there that are"
              + " no part of the checkpoint.")
  private boolean force;

  @Option(
      names = {"-m", "--message"},
      paramLabel = "TEXT",
      description = "The commit's message.")
  private @Nullable String message;

  @ArgGroup private @Nullable ExtentOptions extent;

  @Mixin private final HubOptions options = new HubOptions();

  @Option(
      names = {"-q", "--quiet"},
      description = "Print no progress.")
  private boolean quiet;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    if (!HubReference.isRepository(repository)) {
      throw wrong("the repository is organisation/name, found " + Printable.quoted(repository));
    }
    ProgressWriter progress = new ProgressWriter(err(), Terminal.here().err());
    Instant began = Instant.now();
    VerifyReport report = Verification.run(output, ExtentOptions.extent(extent, this::wrong));
    if (!report.passed()) {
      VerifyTelling.lines(report).forEach(progress::line);
      progress.line("nothing was pushed");
      return ExitCode.VERIFICATION_FAILED;
    }
    MergedFiles files = MergedFiles.of(report.output(), began);
    if (!quiet) {
      VerifyTelling.lines(report).forEach(progress::line);
      files.notes(open).forEach(progress::line);
    }
    Publication publication =
        new Publication(
            repository,
            branch,
            pullRequest,
            open,
            force,
            message == null || message.isBlank() ? "Soup by Stockpot" : message,
            files.files());
    try (Hub hub =
        new Hub(options.settings(), Patience.USUAL, line -> progress.line(Printable.line(line)))) {
      tell(new Push(hub, publication, new Listener(progress)).run());
    }
    return ExitCode.DONE;
  }

  private void tell(Pushed pushed) {
    if (json) {
      Map<String, Object> said = new LinkedHashMap<>();
      said.put("repository", repository);
      said.put("commit", pushed.commit());
      said.put("page", pushed.page());
      pushed.pullRequest().ifPresent(page -> said.put("pullRequest", page));
      said.put("sentBytes", pushed.sentBytes());
      out().println(JsonMapper.shared().writeValueAsString(said));
    } else {
      out().println(pushed.pullRequest().orElse(pushed.page()));
    }
    out().flush();
  }

  private final class Listener implements TransferListener {

    private final ProgressWriter progress;

    Listener(ProgressWriter progress) {
      this.progress = progress;
    }

    @Override
    public void progressed(long doneBytes, long bytes) {
      if (quiet) {
        return;
      }
      if (doneBytes == bytes) {
        progress.redraw("");
      } else {
        progress.progress(doneBytes, bytes, 1);
      }
    }

    @Override
    public void noted(String line) {
      if (!quiet) {
        progress.line(Printable.lines(line));
      }
    }
  }
}
