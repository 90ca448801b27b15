package dev.stockpot.cli.demo;

import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.demo.Evaluator;
import dev.stockpot.demo.Scores;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code stockpot demo evaluate}: the evaluator of the demo's search. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description = {
      "Scores a small Llama with a character tokenizer, such as the demo's checkpoints.",
      "",
      "Asks it every case, and writes OUTPUT/scores.json with the exact-match accuracy of each"
          + " category, from 0 to 100. demo/evaluate.py does the same with transformers.",
      ""
    })
public final class DemoEvaluateCommand extends CliCommand {

  @Parameters(index = "0", paramLabel = "MODEL", description = "Directory of a checkpoint.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path model;

  @Parameters(index = "1", paramLabel = "OUTPUT", description = "Directory for scores.json.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path output;

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "CASES",
      description =
          "JSON lines, each with category, prompt and answer. Default: demo/select.jsonl, which"
              + " comes with Stockpot.")
  private @Nullable Path cases;

  @Override
  public Integer call() throws IOException {
    Scores scores =
        Evaluator.evaluate(model, cases == null ? DemoCommand.file("select.jsonl") : cases);
    scores.write(output);
    PrintWriter out = out();
    out.println(scores.toJson());
    out.flush();
    return ExitCode.DONE;
  }
}
