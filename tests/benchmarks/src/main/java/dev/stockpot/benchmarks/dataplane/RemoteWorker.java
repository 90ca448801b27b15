package dev.stockpot.benchmarks.dataplane;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.merge.planner.MergePlanner;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.plan.reading.PlanReader;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.RemoteAccess;
import dev.stockpot.protocol.StorageUse;
import dev.stockpot.worker.actor.WorkerSettings;
import dev.stockpot.worker.cpu.CpuExecutor;
import dev.stockpot.worker.cpu.CpuSettings;
import dev.stockpot.worker.execution.DeviceExecutor.Outcome;
import dev.stockpot.worker.storage.NodeStorage;
import dev.stockpot.worker.storage.Roots;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The process of a worker that may open none of the files. Each line of standard input names leases
 * that it is to do, and is answered with one line when all of their tasks are merged and stored.
 * Its JVM trusts the coordinator's certificate.
 */
public final class RemoteWorker {

  static final String MERGED = "merged";
  private static final int PATIENCE_SECONDS = 120;

  private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
  private final CpuExecutor executor;
  private final String url;
  private final List<TensorTask> tasks;
  private final MergeSpec spec;

  private RemoteWorker(CpuExecutor executor, String url, PlannedMerge planned, MergeSpec spec) {
    this.executor = executor;
    this.url = url;
    this.tasks = planned.tasks();
    this.spec = spec;
  }

  /** Arguments: plan, directory that it may use, threads, address, shards, their token. */
  @SuppressWarnings("SystemOut") // the other process reads it
  public static void main(String[] args) throws Exception {
    PlannedMerge planned = MergePlanner.plan(PlanReader.read(Path.of(args[0])).getFirst());
    int threads = Integer.parseInt(args[2]);
    Config config = ConfigFactory.load();
    try (NodeStorage storage =
            NodeStorage.within(
                new Roots(List.of(Path.of(args[1]))),
                WorkerSettings.from(config).remote().with(threads, Optional.empty()));
        CpuExecutor executor = new CpuExecutor(new CpuSettings(threads), Kernels.best(), storage)) {
      RemoteWorker worker =
          new RemoteWorker(
              executor, args[3], planned, planned.spec(Endpoint.RUN, Path.of(args[4]), args[5]));
      BufferedReader input =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        System.out.println(worker.merge(line));
      }
    }
  }

  /** What tells the worker of leases. */
  static String line(List<Endpoint.Granted> leases) {
    List<String> words = new ArrayList<>();
    for (Endpoint.Granted granted : leases) {
      words.add(
          "%d/%s/%d/%d"
              .formatted(
                  granted.lease().number(), granted.capability(), granted.first(), granted.end()));
    }
    return String.join(" ", words);
  }

  private String merge(String line) throws IOException, InterruptedException {
    int expected = 0;
    for (String word : line.split(" ", -1)) {
      List<String> parts = List.of(word.split("/", -1));
      List<TensorTask> leased =
          tasks.subList(Integer.parseInt(parts.get(2)), Integer.parseInt(parts.get(3)));
      expected += leased.size();
      executor.submit(
          new LeaseId(spec.run(), Long.parseLong(parts.get(0))),
          spec.forTasks(leased),
          leased,
          Optional.of(new RemoteAccess(List.of(url), parts.get(1))),
          outcomes::addAll);
    }
    for (int i = 0; i < expected; i++) {
      Outcome outcome = outcomes.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!(outcome instanceof Outcome.Merged)) {
        throw new IOException("not merged: " + outcome);
      }
    }
    if (executor.leases().storage().stream().anyMatch(use -> use.way() == StorageUse.Way.DIRECT)) {
      throw new IOException("not through the coordinator: " + executor.leases().storage());
    }
    executor.leases().release(spec.run());
    return MERGED;
  }
}
