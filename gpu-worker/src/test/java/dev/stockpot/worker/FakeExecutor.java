package dev.stockpot.worker;

import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.protocol.Device;
import dev.stockpot.protocol.LeaseId;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** Does nothing by itself: the test says how tasks end, and sees what was asked. */
final class FakeExecutor implements DeviceExecutor {

  /** Tasks that the worker handed over. */
  record Submitted(LeaseId lease, List<TensorTask> tasks, Consumer<List<Outcome>> done) {}

  final BlockingQueue<Submitted> submitted = new LinkedBlockingQueue<>();
  final BlockingQueue<LeaseId> abandoned = new LinkedBlockingQueue<>();
  final BlockingQueue<String> released = new LinkedBlockingQueue<>();
  final CountDownLatch closed = new CountDownLatch(1);

  @Override
  public Device device() {
    return new Device("fake", "fake", "does nothing");
  }

  @Override
  public long capacity() {
    return 1_000;
  }

  @Override
  public void submit(
      LeaseId lease, MergeSpec spec, List<TensorTask> tasks, Consumer<List<Outcome>> done) {
    submitted.add(new Submitted(lease, tasks, done));
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
