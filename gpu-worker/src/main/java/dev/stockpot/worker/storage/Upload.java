package dev.stockpot.worker.storage;

import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.execution.ChunkSink;
import dev.stockpot.merge.kernel.Crc32cs;
import dev.stockpot.worker.storage.RunStorage.LeaseOverException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The output of one task on its way to the coordinator, the soups in their order: gathered by the
 * thread that makes it, whole before it is sent because its checksum goes ahead of it, then sent
 * while that thread does the next task.
 */
public final class Upload implements ChunkSink, AutoCloseable {

  private final DataPlane dataPlane;
  private final DataPlane.Lease lease;
  private final TensorTask task;
  private final UploadBuffers buffers;
  private final List<byte[]> blocks;
  private final AtomicBoolean released = new AtomicBoolean();
  private volatile @Nullable Transfer transfer;

  /**
   * An upload of which nothing was made yet.
   *
   * @param blocks room for the task's bytes; none if the task is abandoned
   */
  Upload(
      DataPlane dataPlane,
      DataPlane.Lease lease,
      TensorTask task,
      UploadBuffers buffers,
      List<byte[]> blocks) {
    this.dataPlane = dataPlane;
    this.lease = lease;
    this.task = task;
    this.buffers = buffers;
    this.blocks = blocks;
  }

  @Override
  public void write(MergeSpec spec, TensorTask of, int soup, long from, MemorySegment bytes)
      throws ClosedChannelException {
    if (blocks.isEmpty()) {
      throw new ClosedChannelException();
    }
    ByteBuffer source = bytes.asByteBuffer();
    long at = soup * task.length() + from;
    while (source.hasRemaining()) {
      byte[] block = blocks.get((int) (at / UploadBuffers.BLOCK_BYTES));
      int within = (int) (at % UploadBuffers.BLOCK_BYTES);
      int count = Math.min(source.remaining(), UploadBuffers.BLOCK_BYTES - within);
      source.get(block, within, count);
      at += count;
    }
  }

  /**
   * Sends what was gathered; called once, when it is complete.
   *
   * @param outputs what was written, by soup
   * @return ends when the coordinator has the bytes on storage; or with a {@link
   *     dev.stockpot.merge.MergeException}, or with a {@link LeaseOverException}
   */
  public CompletableFuture<Void> send(List<Receipt.Output> outputs) {
    BlockPublisher body = new BlockPublisher(blocks, outputs.size() * task.length());
    long crc = 0;
    for (Receipt.Output output : outputs) {
      crc = Crc32cs.combine(crc, Integer.toUnsignedLong(output.crc()), task.length());
    }
    Transfer sent = dataPlane.put(lease, task, body, (int) crc);
    transfer = sent;
    Future<?> watch = watch(sent, body);
    String what = task.tensor() + ": writing";
    CompletableFuture<Void> stored = new CompletableFuture<>();
    var _ =
        sent.answer()
            .whenCompleteAsync(
                (answer, error) -> {
                  boolean done = error == null && answer.statusCode() / 100 == 2;
                  watch.cancel(false);
                  release(done);
                  if (done) {
                    stored.complete(null);
                  } else {
                    stored.completeExceptionally(
                        error == null
                            ? RemoteTrouble.of(what, answer)
                            : RemoteTrouble.of(what, error));
                  }
                },
                dataPlane.threads());
    return stored;
  }

  /** Looks now and then whether any byte went since the last look. */
  private Future<?> watch(Transfer sent, BlockPublisher body) {
    Duration stall = dataPlane.settings().stallTimeout();
    AtomicLong before = new AtomicLong();
    return dataPlane
        .clock()
        .scheduleWithFixedDelay(
            () -> {
              long now = body.taken();
              if (before.getAndSet(now) == now) {
                sent.cancel(RemoteTrouble.stalled(task.tensor() + ": writing", stall));
              }
            },
            stall.toMillis(),
            stall.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /** Gives the memory back, unless the bytes are on their way. */
  @Override
  public void close() {
    if (transfer == null) {
      release(true);
    }
  }

  /** Stops sending, at once. */
  public void cancel() {
    Transfer sent = transfer;
    if (sent != null) {
      sent.cancel();
    }
  }

  private void release(boolean reusable) {
    if (released.compareAndSet(false, true)) {
      buffers.release(blocks, reusable);
    }
  }
}
