package dev.stockpot.cli.client;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.client.api.Api;
import dev.stockpot.cli.client.api.ApiJson;
import dev.stockpot.cli.client.api.ClientException;
import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.protocol.api.WorkerDrain;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stockpot drain}. */
@Command(
    name = "drain",
    mixinStandardHelpOptions = true,
    description = {
      "Let a worker finish what it has, and give it nothing more.",
      "",
      "It stays so when the worker or the coordinator starts anew, until --undo. 'workers' shows when it"
          + " holds nothing any more: it is 'drained' then.",
      ""
    })
public final class DrainCommand extends CliCommand {

  private static final String SEGMENT = "[A-Za-z0-9._:@-]{1,128}";

  @Parameters(paramLabel = "WORKER", description = "Its name, as 'workers' shows it: alpha/cpu.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String worker;

  @Option(names = "--undo", description = "Give it work again.")
  private boolean undo;

  @Mixin private final ClientOptions client = new ClientOptions();

  @Override
  public Integer call() {
    if (!worker.matches(SEGMENT + "/" + SEGMENT)) {
      throw new ClientException.Unusable(
          "'%s' cannot be a worker's name, which is HOST/DEVICE; 'stockpot workers' shows them"
              .formatted(Printable.line(worker)));
    }
    PrintWriter out = out();
    String path = "/v1/workers/" + worker + (undo ? "/resume" : "/drain");
    try (Api api = client.connect()) {
      Api.Reply<WorkerDrain> answer = api.post(path, WorkerDrain.class);
      out.println(
          client.json()
              ? ApiJson.text(answer.json())
              : "worker %s: %s"
                  .formatted(
                      worker,
                      answer.value().drained() ? "takes no more work" : "takes work again"));
    }
    out.flush();
    return ExitCode.DONE;
  }
}
