package dev.stockpot.worker.actor;

import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.protocol.Device;
import dev.stockpot.protocol.DeviceSample;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.RemoteAccess;
import dev.stockpot.protocol.StorageUse;
import dev.stockpot.worker.execution.DeviceExecutor;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** Does nothing by itself: the test says how tasks end, and sees what was asked. */
public final class FakeExecutor implements DeviceExecutor, DeviceExecutor.Leases {

  /** Tasks that the worker handed over. */
  public record Submitted(
      LeaseId lease,
      List<TensorTask> tasks,
      Optional<RemoteAccess> access,
      Consumer<List<Outcome>> done) {}

  final BlockingQueue<Submitted> submitted = new LinkedBlockingQueue<>();
  final BlockingQueue<LeaseId> abandoned = new LinkedBlockingQueue<>();
  final BlockingQueue<String> released = new LinkedBlockingQueue<>();

  /** Leases that can be withdrawn. */
  final Set<LeaseId> unbegun = ConcurrentHashMap.newKeySet();

  final Queue<StorageUse> storage = new ConcurrentLinkedQueue<>();
  volatile Optional<DeviceSample> sample = Optional.empty();
  final CountDownLatch closed = new CountDownLatch(1);

  @Override
  public Device device() {
    return new Device("fake", "fake", "does nothing");
  }

  @Override
  public Optional<DeviceSample> sample() {
    return sample;
  }

  @Override
  public long capacity() {
    return 1_000;
  }

  @Override
  public void submit(
      LeaseId lease,
      MergeSpec spec,
      List<TensorTask> tasks,
      Optional<RemoteAccess> access,
      Consumer<List<Outcome>> done) {
    submitted.add(new Submitted(lease, tasks, access, done));
  }

  @Override
  public Leases leases() {
    return this;
  }

  @Override
  public boolean withdraw(LeaseId lease) {
    return unbegun.remove(lease);
  }

  @Override
  public List<StorageUse> storage() {
    return List.copyOf(storage);
  }

  @Override
  public void abandon(LeaseId lease) {
    abandoned.add(lease);
  }

  @Override
  public void release(String job) {
    released.add(job);
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
