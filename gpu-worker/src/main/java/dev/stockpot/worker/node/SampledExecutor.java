package dev.stockpot.worker.node;

import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.protocol.Device;
import dev.stockpot.protocol.DeviceSample;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.RemoteAccess;
import dev.stockpot.protocol.StorageUse;
import dev.stockpot.worker.DeviceExecutor;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** An executor whose device is sampled by somebody else. Owns the executor. */
final class SampledExecutor implements DeviceExecutor {

  private final DeviceExecutor executor;
  private final Supplier<Optional<DeviceSample>> sample;

  SampledExecutor(DeviceExecutor executor, Supplier<Optional<DeviceSample>> sample) {
    this.executor = executor;
    this.sample = sample;
  }

  @Override
  public Device device() {
    return executor.device();
  }

  @Override
  public Optional<DeviceSample> sample() {
    return sample.get();
  }

  @Override
  public long capacity() {
    return executor.capacity();
  }

  @Override
  public void submit(
      LeaseId lease,
      MergeSpec spec,
      List<TensorTask> tasks,
      Optional<RemoteAccess> access,
      Consumer<List<Outcome>> done) {
    executor.submit(lease, spec, tasks, access, done);
  }

  @Override
  public boolean withdraw(LeaseId lease) {
    return executor.withdraw(lease);
  }

  @Override
  public void abandon(LeaseId lease) {
    executor.abandon(lease);
  }

  @Override
  public List<StorageUse> storage() {
    return executor.storage();
  }

  @Override
  public void release(String job) {
    executor.release(job);
  }

  @Override
  public void close() {
    executor.close();
  }
}
