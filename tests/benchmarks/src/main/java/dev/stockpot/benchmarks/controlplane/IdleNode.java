package dev.stockpot.benchmarks.controlplane;

import dev.stockpot.benchmarks.Figures;
import dev.stockpot.protocol.WorkerEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * A node of {@link IdleWorker}s, as a process: works until its standard input ends, and then prints
 * how many messages were lost in it.
 */
public final class IdleNode {

  private IdleNode() {}

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
