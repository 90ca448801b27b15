package dev.stockpot.coordinator.evaluate;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another process that runs an evaluator which does not end, until it is killed. */
final class EvaluatorHolder {

  private EvaluatorHolder() {}

  /** Starts the evaluator of a directory, says when it is up, and waits to be killed. */
  public static void main(String[] arguments) throws Exception {
    Kitchenette kitchen = new Kitchenette(Path.of(arguments[0]));
    EvaluationRequest request = kitchen.request("a");
    Files.createDirectories(request.output());
    try (WatchService changes = request.output().getFileSystem().newWatchService()) {
      request.output().register(changes, StandardWatchEventKinds.ENTRY_CREATE);
      EvaluatorCommand command =
          EvaluatorCommand.of(
              List.of("./evaluate", "{model}", "{output}"),
              kitchen.directory(),
              Duration.ofMinutes(5));
      Kitchenette.evaluators(command).evaluate(request);
      while (Files.notExists(kitchen.output("a", "up"))) {
        WatchKey key = changes.poll(1, TimeUnit.MINUTES);
        if (key != null) {
          key.pollEvents();
          key.reset();
        }
      }
      System.out.println("up");
      int end = System.in.read();
      System.out.println("left at " + end);
    }
  }
}
