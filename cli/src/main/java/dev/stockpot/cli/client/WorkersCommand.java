package dev.stockpot.cli.client;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.client.api.Api;
import dev.stockpot.cli.client.api.ApiJson;
import dev.stockpot.cli.console.Ages;
import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.cli.console.Sizes;
import dev.stockpot.cli.console.Table;
import dev.stockpot.cli.console.Terminal;
import dev.stockpot.protocol.DeviceSample;
import dev.stockpot.protocol.api.WorkerView;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code stockpot workers}. */
@Command(
    name = "workers",
    mixinStandardHelpOptions = true,
    description = {
      "List the workers, what they do, and how they reach the files of jobs.",
      "",
      "FILES says for each job whether a worker reads and writes them itself ('direct'), or which"
          + " ones through the coordinator; --json names each. LOAD is what a GPU says of itself, RATE"
          + " what was merged over the last ten seconds.",
      ""
    })
public final class WorkersCommand extends CliCommand {

  private static final String DIRECT = "direct";

  @Mixin private final ClientOptions client = new ClientOptions();

  @Override
  public Integer call() {
    PrintWriter out = out();
    try (Api api = client.connect()) {
      Api.Reply<WorkerView[]> workers = api.get("/v1/workers", WorkerView[].class);
      if (client.json()) {
        out.println(ApiJson.text(workers.json()));
      } else {
        Table table =
            new Table(
                "NAME", "STATUS", "KIND", "DEVICE", "LOAD", "LEASED", "DONE", "RATE", "HEARD",
                "FILES");
        for (WorkerView worker : workers.value()) {
          add(worker, table);
        }
        table.lines(Terminal.here()).forEach(out::println);
        for (WorkerView worker : workers.value()) {
          worker
              .outOfService()
              .ifPresent(
                  why -> out.println(Printable.line(worker.name() + " is out of service: " + why)));
        }
      }
    }
    out.flush();
    return ExitCode.DONE;
  }

  private static void add(WorkerView worker, Table table) {
    table.add(
        worker.name(),
        worker.status(),
        worker.kind(),
        worker.device(),
        worker.sample().map(WorkersCommand::load).filter(load -> !load.isEmpty()).orElse("-"),
        Sizes.format(worker.leasedBytes()),
        Sizes.format(worker.doneBytes()),
        worker.bytesPerSecond() == 0 ? "-" : Sizes.format(worker.bytesPerSecond()) + "/s",
        Ages.of(Duration.ofMillis((long) (worker.secondsSinceReport() * 1000))) + " ago",
        files(worker));
  }

  /** {@code 97 %, 60 °C, 12.1 GB used}, as far as the device tells. */
  private static String load(DeviceSample sample) {
    List<String> parts = new ArrayList<>();
    sample.gpuPercent().ifPresent(percent -> parts.add(percent + " %"));
    sample.celsius().ifPresent(celsius -> parts.add(celsius + " °C"));
    sample.memoryUsedBytes().ifPresent(used -> parts.add(Sizes.format(used) + " used"));
    return String.join(", ", parts);
  }

  private static String files(WorkerView worker) {
    if (worker.storage().isEmpty()) {
      return "-";
    }
    String others =
        worker.storage().stream()
            .filter(storage -> !storage.way().equals(DIRECT))
            .map(
                storage -> "%s by %s (%s)".formatted(storage.files(), storage.way(), storage.job()))
            .collect(Collectors.joining(", "));
    return others.isEmpty() ? DIRECT : others;
  }
}
