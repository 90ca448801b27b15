package dev.stockpot.coordinator.storage;

import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.RemoteAccess;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * The files of all running jobs and the capabilities that open them.
 *
 * <p>A capability is 128 random bits and the key of a hash map. Its look-up needs no constant time:
 * what takes longer or shorter depends on the hash of the whole text, so that a guess tells nothing
 * about how near it came.
 */
public final class JobFiles implements DataAccess {

  private static final int CAPABILITY_BYTES = 16;

  private final List<String> urls;
  private final Executor blocking;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, RunFiles> runs = new ConcurrentHashMap<>();
  private final Map<String, Grant> grants = new ConcurrentHashMap<>();
  private final Map<LeaseId, String> capabilities = new ConcurrentHashMap<>();

  /**
   * No files yet.
   *
   * @param urls base addresses at which workers reach this coordinator's HTTP API
   * @param blocking runs what blocks
   */
  public JobFiles(List<String> urls, Executor blocking) {
    this.urls = List.copyOf(urls);
    this.blocking = blocking;
  }

  @Override
  public void open(String run, PlannedMerge planned, Path shards) {
    RunFiles before = runs.put(run, new RunFiles(planned, shards, blocking));
    if (before != null) {
      before.close();
    }
  }

  @Override
  public void close(String run) {
    RunFiles files = runs.remove(run);
    if (files != null) {
      capabilities.keySet().stream().filter(lease -> lease.run().equals(run)).forEach(this::revoke);
      files.close();
    }
  }

  @Override
  public Optional<RemoteAccess> grant(LeaseId lease, Collection<TensorTask> tasks) {
    if (!runs.containsKey(lease.run())) {
      return Optional.empty();
    }
    revoke(lease);
    byte[] bits = new byte[CAPABILITY_BYTES];
    random.nextBytes(bits);
    String capability = HexFormat.of().formatHex(bits);
    grants.put(capability, new Grant(lease, tasks));
    capabilities.put(lease, capability);
    if (!runs.containsKey(lease.run())) {
      // Closed meanwhile, by a thread that did not see this lease yet.
      revoke(lease);
      return Optional.empty();
    }
    return Optional.of(new RemoteAccess(urls, capability));
  }

  @Override
  public void revoke(LeaseId lease) {
    String capability = capabilities.remove(lease);
    Grant grant = capability == null ? null : grants.remove(capability);
    if (grant != null) {
      grant.end();
    }
  }

  /** The input, if the capability opens it. */
  public Optional<InputBytes> input(String capability, String run, int input) {
    Grant grant = grants.get(capability);
    RunFiles files = runs.get(run);
    return grant != null && files != null && grant.lease().run().equals(run) && grant.reads(input)
        ? Optional.of(new InputBytes(files, grant, input))
        : Optional.empty();
  }

  /** The place of the task's bytes, if the capability opens it. */
  public Optional<TaskBytes> task(String capability, String run, int task) {
    Grant grant = grants.get(capability);
    RunFiles files = runs.get(run);
    if (grant == null || files == null || !grant.lease().run().equals(run)) {
      return Optional.empty();
    }
    return Optional.ofNullable(grant.task(task)).map(known -> new TaskBytes(files, grant, known));
  }
}
