package dev.stockpot.benchmarks.controlplane;

import dev.stockpot.benchmarks.Figures;
import dev.stockpot.protocol.WorkerEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * The processes in which workers run, each a node of {@link IdleWorker}s: it works until its
 * standard input ends, and then prints how many messages were lost in it.
 */
public final class Workforce {

  private final List<Process> nodes = new ArrayList<>();

  /**
   * Starts nodes with so many workers each.
   *
   * @param desk address that they report to
   */
  Workforce(String desk, int nodes, int workersPerNode, long capacity, Duration heartbeat)
      throws IOException {
    for (int node = 0; node < nodes; node++) {
      this.nodes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-Xmx512m",
                  "--sun-misc-unsafe-memory-access=allow",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Workforce.class.getName(),
                  desk,
                  "node-" + node,
                  String.valueOf(workersPerNode),
                  String.valueOf(capacity),
                  heartbeat.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start());
    }
  }

  /**
   * Ends the nodes.
   *
   * @return how many messages were lost in them
   */
  long stop() throws IOException, InterruptedException {
    long lost = 0;
    for (Process node : nodes) {
      node.getOutputStream().close();
      try (BufferedReader output = node.inputReader()) {
        lost += Long.parseLong(output.lines().reduce((_, last) -> last).orElse("0"));
      }
      node.waitFor();
    }
    return lost;
  }

  /** Takes the desk's address, a name for the workers, their number and their capacity. */
  public static void main(String[] args) throws IOException {
    String desk = args[0];
    String name = args[1];
    int workers = Integer.parseInt(args[2]);
    long capacity = Long.parseLong(args[3]);
    Duration heartbeat = Duration.parse(args[4]);
    ActorSystem<Void> system =
        ActorSystem.create(
            workers(desk, name, workers, capacity, heartbeat), Node.SYSTEM, Node.config(Map.of()));
    AtomicLong lost = Node.countLost(system);
    while (System.in.read() >= 0) {
      // Whoever started this process holds the other end.
    }
    Figures.line("%d", lost.get());
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }

  private static Behavior<Void> workers(
      String desk, String name, int workers, long capacity, Duration heartbeat) {
    return Behaviors.setup(context -> {
      ActorRef<WorkerEvent> ref = ActorRefResolver.get(context.getSystem()).resolveActorRef(desk);
      for (int worker = 0; worker < workers; worker++) {
        context.spawn(
            IdleWorker.create(name + "/" + worker, ref, capacity, heartbeat), "worker-" + worker);
      }
      return Behaviors.empty();
    });
  }
}
