package dev.stockpot.worker.cuda;

import dev.stockpot.merge.MergeException;
import dev.stockpot.worker.cuda.Filling.Pass;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that makes CUDA calls for a device, because a context belongs to a thread. It
 * begins what feeders ask for, and looks between whiles whether the event at the end of each pass
 * was reached; so passes of different slots overlap each other.
 *
 * <p>Nobody waits here for ever. A pass that does not end in time, a call that does not come back,
 * and any error of the driver are the device's failure, which every waiting and every later feeder
 * gets as a {@link DeviceFailure}. Nothing more is done then but to give everything back.
 */
final class DeviceThread implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DeviceThread.class);

  /** Between two looks at passes that are under way: little beside a pass's milliseconds. */
  private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What a call may take longer than the device before the driver itself is given up. */
  private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** How long is waited for a device that is closed. */
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

  /** Something to do on the thread; the answer is completed there, or when the device fails. */
  private record Request(Consumer<OpenDevice> body, CompletableFuture<?> answer) {}

  /** A pass under way. */
  private record Flight(Slot slot, CompletableFuture<Slot> landed, long begunNanos) {}

  private record Opened(List<Slot> slots, BusRates rates) {}

  private final CudaDevice device;
  private final CudaSettings settings;
  private final Thread thread;
  private final CompletableFuture<Opened> opened = new CompletableFuture<>();
  private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
  private final List<Flight> flights = new ArrayList<>();
  private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
  private volatile long patienceNanos;
  private volatile boolean closing;

  private DeviceThread(CudaDevice device, CudaSettings settings) {
    this.device = device;
    this.settings = settings;
    this.patienceNanos = settings.timeout().toNanos();
    this.thread =
        Thread.ofPlatform().daemon().name("cuda-" + device.ordinal()).unstarted(this::run);
  }

  /**
   * Opens the device.
   *
   * @throws MergeException if it cannot be opened, has too little memory or does not answer
   */
  static DeviceThread start(CudaDevice device, CudaSettings settings) {
    DeviceThread started = new DeviceThread(device, settings);
    started.thread.start();
    try {
      started.opened.get(settings.timeout().toNanos(), TimeUnit.NANOSECONDS);
      return started;
    } catch (ExecutionException e) {
      throw DeviceFailure.unusable(device, e.getCause());
    } catch (TimeoutException e) {
      // Should it come after all, it is given back at once.
      started.closing = true;
      throw DeviceFailure.unusable(device, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      started.closing = true;
      throw DeviceFailure.unusable(device, e);
    }
  }

  /** To be filled and emptied by one feeder each. */
  List<Slot> slots() {
    return opened.join().slots();
  }

  BusRates rates() {
    return opened.join().rates();
  }

  /** Why the device does nothing any more, once it has failed. */
  Optional<String> failure() {
    return Optional.ofNullable(failure.get());
  }

  /**
   * Does a pass with a filled slot, and returns when its results are in the slot's host memory.
   *
   * @throws DeviceFailure if the device fails before
   */
  void run(Slot slot, Pass pass) {
    CompletableFuture<Slot> landed = new CompletableFuture<>();
    submit(
        new Request(
            open -> {
              open.begin(slot, pass);
              flights.add(new Flight(slot, landed, System.nanoTime()));
            },
            landed));
    await(landed);
  }

  /**
   * Asks something of the sources that stay on the device.
   *
   * @throws DeviceFailure if the device fails before it answers
   */
  <T> T ask(Function<ResidentSources, T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    submit(new Request(open -> answer.complete(question.apply(open.resident())), answer));
    return await(answer);
  }

  /** Tells something to the sources that stay on the device, as long as there are any. */
  void tell(Consumer<ResidentSources> message) {
    submit(new Request(open -> message.accept(open.resident()), new CompletableFuture<>()));
  }

  private void submit(Request request) {
    requests.add(request);
    // Asked last: whoever failed may have been through the queue before this came into it.
    if (failure.get() != null) {
      request.answer().completeExceptionally(refusal());
    }
  }

  private <T> T await(CompletableFuture<T> answer) {
    long start = System.nanoTime();
    while (true) {
      try {
        return answer.get(IDLE_NANOS, TimeUnit.NANOSECONDS);
      } catch (TimeoutException _) {
        if (System.nanoTime() - start > patienceNanos + GRACE_NANOS) {
          fail("the driver does not answer");
        }
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        // The device may still write to the slot, so nobody can go on with it.
        fail("a thread that waited for it was interrupted");
      } catch (ExecutionException _) {
        throw refusal();
      }
      if (failure.get() != null) {
        throw refusal();
      }
    }
  }

  private DeviceFailure refusal() {
    return new DeviceFailure(failure().orElse("it is closed"));
  }

  private void fail(String reason) {
    if (failure.compareAndSet(null, reason)) {
      LOG.error("{} ({}) failed: {}", device.name(), device.pciId(), reason);
    }
  }

  private void run() {
    OpenDevice open;
    try {
      open = new OpenDevice(device, settings);
    } catch (RuntimeException | Error e) {
      opened.completeExceptionally(e);
      return;
    }
    try {
      opened.complete(new Opened(open.slots().all(), open.measure(settings.timeout())));
    } catch (RuntimeException | Error e) {
      failure.set(DeviceFailure.said(e));
      opened.completeExceptionally(e);
      release(open);
      return;
    }
    try {
      serve(open);
      refuseUntilClosed();
      release(open);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    }
  }

  private void serve(OpenDevice open) throws InterruptedException {
    while (failure.get() == null && !(closing && flights.isEmpty())) {
      Request next =
          requests.poll(flights.isEmpty() ? IDLE_NANOS : POLL_NANOS, TimeUnit.NANOSECONDS);
      try {
        // All that wait before any is looked at that is under way: it is a call for each of those.
        for (; next != null; next = requests.poll()) {
          next.body().accept(open);
        }
        land(open);
      } catch (RuntimeException | Error e) {
        fail(DeviceFailure.said(e));
        if (next != null) {
          next.answer().completeExceptionally(refusal());
        }
      }
    }
  }

  private void land(OpenDevice open) {
    Iterator<Flight> each = flights.iterator();
    while (each.hasNext()) {
      Flight flight = each.next();
      if (open.isDone(flight.slot())) {
        each.remove();
        flight.landed().complete(flight.slot());
      } else if (System.nanoTime() - flight.begunNanos() > patienceNanos) {
        throw new DeviceFailure(
            "it did not end a piece of work within %d ms"
                .formatted(TimeUnit.NANOSECONDS.toMillis(patienceNanos)));
      }
    }
  }

  /** Feeders may be using the slots' memory until then. */
  private void refuseUntilClosed() throws InterruptedException {
    flights.forEach(flight -> flight.landed().completeExceptionally(refusal()));
    while (!closing || !requests.isEmpty()) {
      Request next = requests.poll(IDLE_NANOS, TimeUnit.NANOSECONDS);
      if (next != null) {
        next.answer().completeExceptionally(refusal());
      }
    }
  }

  private void release(OpenDevice open) {
    if (failure.get() == null) {
      try {
        open.close();
        return;
      } catch (CudaFault e) {
        fail(DeviceFailure.said(e));
      }
    }
    try {
      open.abandon();
    } catch (CudaFault e) {
      LOG.debug("{} ({}): {}", device.name(), device.pciId(), e.getMessage());
    }
  }

  /** What is under way must end soon, or the device has failed. */
  void hurry() {
    patienceNanos = Math.min(patienceNanos, GRACE_NANOS);
  }

  /**
   * Gives everything back, and waits for that, but not for ever. No feeder may use a slot any more.
   */
  @Override
  public void close() {
    hurry();
    closing = true;
    tell(_ -> {});
    try {
      if (!thread.join(CLOSE_PATIENCE)) {
        LOG.error(
            "{} ({}): the driver does not let go of it; what was taken of its memory and of the host's stays taken until this process ends",
            device.name(),
            device.pciId());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
