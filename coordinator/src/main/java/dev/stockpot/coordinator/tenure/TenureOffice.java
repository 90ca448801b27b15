package dev.stockpot.coordinator.tenure;

import dev.stockpot.merge.MergeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/** Where the tenure is to be had. Blocks; used by one thread but for {@link #holder}. */
public interface TenureOffice extends AutoCloseable {

  /**
   * Who is the active coordinator.
   *
   * @param url of its HTTP API
   */
  record Holder(String url, long epoch) {}

  /**
   * Takes the tenure if it is to be had.
   *
   * @throws MergeException of kind ENVIRONMENT if that cannot be found out
   */
  Optional<Tenure> tryAcquire();

  /**
   * Who held it when this was last asked for; empty before, or where nobody is known. From any
   * thread.
   */
  Optional<Holder> holder();

  /**
   * Waits for the tenure. Only the first time that it cannot be asked for is an error; later it is
   * asked for again, for who keeps it may be starting anew.
   *
   * @param poll how often it is asked for
   * @param stop counted down by whoever does not want it any more
   * @return empty if stopped
   * @throws MergeException of kind ENVIRONMENT if it cannot be asked for at all
   */
  default Optional<Tenure> acquire(Duration poll, CountDownLatch stop) throws InterruptedException {
    return acquire(poll, stop, _ -> {});
  }

  /**
   * The same.
   *
   * @param trouble hears each time that it was asked for why it could not be; empty if it could
   */
  default Optional<Tenure> acquire(
      Duration poll, CountDownLatch stop, Consumer<Optional<String>> trouble)
      throws InterruptedException {
    Optional<Tenure> tenure = tryAcquire();
    trouble.accept(Optional.empty());
    while (tenure.isEmpty() && !stop.await(poll.toMillis(), TimeUnit.MILLISECONDS)) {
      try {
        tenure = tryAcquire();
        trouble.accept(Optional.empty());
      } catch (MergeException e) {
        trouble.accept(Optional.of(e.failure().message()));
        LoggerFactory.getLogger(TenureOffice.class)
            .warn("The tenure will be asked for again: {}", e.getMessage());
      }
    }
    return tenure;
  }

  /** Ends the office, not the tenure that it gave. */
  @Override
  void close();
}
