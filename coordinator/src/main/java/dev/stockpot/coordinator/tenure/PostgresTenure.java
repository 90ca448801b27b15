package dev.stockpot.coordinator.tenure;

import dev.stockpot.coordinator.lock.Uses;
import dev.stockpot.coordinator.postgres.PostgresConnections;
import dev.stockpot.merge.MergeException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tenure that its own thread renews four times a term. It is lost when the row is somebody
 * else's, or when the database could not be asked for a term.
 */
final class PostgresTenure implements Tenure {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresTenure.class);
  private static final long ASK_AGAIN_NANOS = Duration.ofMillis(250).toNanos();

  private final PostgresConnections connections;
  private final Duration term;
  private final Duration patience;
  private final TenureRow row;
  private final Consumer<String> lost;
  private final Uses uses = new Uses();
  private final ScheduledExecutorService renewals =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("stockpot-tenure").factory());

  /** Touched by the thread of the renewals only. */
  private @Nullable Connection session;

  private long renewedNanos = System.nanoTime();
  private volatile boolean over;

  /**
   * A tenure that was taken just now.
   *
   * @param session in which it was taken; closed with the tenure
   */
  PostgresTenure(
      PostgresConnections connections, TenureRow row, Connection session, Consumer<String> lost) {
    this.connections = connections;
    this.term = connections.settings().term();
    this.patience = term.dividedBy(4);
    this.row = row;
    this.session = session;
    this.lost = lost;
    long pause = patience.toMillis();
    ScheduledFuture<?> _ =
        renewals.scheduleWithFixedDelay(this::renew, pause, pause, TimeUnit.MILLISECONDS);
  }

  private void renew() {
    if (over) {
      return;
    }
    try {
      Connection open = session;
      if (open == null) {
        open = connections.open(patience);
        session = open;
        open.setAutoCommit(false);
      }
      if (row.renew(open)) {
        renewedNanos = System.nanoTime();
      } else {
        lose("another process is the active coordinator");
      }
    } catch (SQLException | MergeException e) {
      TenureRow.closeQuietly(session);
      session = null;
      LOG.warn("The tenure could not be renewed, and will be tried again: {}", e.getMessage());
      if (System.nanoTime() - renewedNanos > term.toNanos()) {
        lose("the database could not be asked for %s".formatted(term));
      }
    } catch (RuntimeException e) {
      LOG.error("The tenure's renewal failed unexpectedly", e);
      lose(e.toString());
    }
  }

  private void lose(String why) {
    over = true;
    TenureRow.closeQuietly(session);
    session = null;
    renewals.shutdown();
    lost.accept(why);
  }

  @Override
  public <T> T whileHeld(Supplier<T> action) {
    return uses.use(
            () -> {
              Connection held = keep();
              try {
                T result = action.get();
                release(held);
                return result;
              } finally {
                TenureRow.closeQuietly(held);
              }
            })
        .orElseThrow(this::deposed);
  }

  /** A session whose transaction keeps the tenure where it is. */
  private Connection keep() {
    long deadline = System.nanoTime() + term.toNanos();
    while (true) {
      if (over) {
        throw deposed();
      }
      Connection asked = null;
      try {
        asked = connections.open(patience);
        asked.setAutoCommit(false);
        if (row.keep(asked)) {
          return asked;
        }
        TenureRow.closeQuietly(asked);
        throw deposed();
      } catch (SQLException e) {
        TenureRow.closeQuietly(asked);
        if (System.nanoTime() - deadline > 0) {
          throw MergeException.environment(
              "the database cannot be asked whether this process is still the active coordinator: "
                  + e.getMessage(),
              e);
        }
        LockSupport.parkNanos(ASK_AGAIN_NANOS);
      }
    }
  }

  private MergeException deposed() {
    return MergeException.environment(
        "this process is not the active coordinator any more (its epoch was %d); nothing was done, and the new one goes on"
            .formatted(row.epoch()),
        null);
  }

  private void release(Connection held) {
    try {
      held.commit();
    } catch (SQLException e) {
      // What was done is done, and it may have gone unprotected for its last part.
      LOG.warn("The database lost this session while an output was committed: {}", e.getMessage());
    }
  }

  @Override
  public long epoch() {
    return row.epoch();
  }

  @Override
  public void close() {
    uses.end(() -> {
      if (over) {
        return;
      }
      over = true;
      try {
        CompletableFuture.runAsync(this::giveBack, renewals).join();
      } catch (RejectedExecutionException _) {
        // It was lost just now: there is nothing to give back.
      }
      renewals.shutdown();
    });
  }

  private void giveBack() {
    try {
      if (session != null) {
        row.giveBack(session);
      }
    } catch (SQLException e) {
      LOG.warn("The tenure ends by itself, not at once: {}", e.getMessage());
    } finally {
      TenureRow.closeQuietly(session);
      session = null;
    }
  }
}
