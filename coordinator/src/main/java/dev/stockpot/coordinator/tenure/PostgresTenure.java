package dev.stockpot.coordinator.tenure;

import dev.stockpot.coordinator.files.Uses;
import dev.stockpot.coordinator.postgres.PostgresConnections;
import dev.stockpot.merge.MergeException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
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

  /** Sessions that keep the tenure. */
  private final Set<Connection> keeping = ConcurrentHashMap.newKeySet();

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
      if (renewed()) {
        keeping.forEach(PostgresTenure::showAlive);
      } else {
        lose("another process is the active coordinator");
      }
    } catch (SQLException | MergeException e) {
      LOG.warn("The tenure could not be renewed, and will be tried again: {}", e.getMessage());
      if (isOverdue()) {
        lose("the database could not be asked for %s".formatted(term));
      }
    } catch (RuntimeException e) {
      LOG.error("The tenure's renewal failed unexpectedly", e);
      lose(e.toString());
    }
  }

  /**
   * A process that was frozen finds its session ended, and asks in another what has become of it.
   */
  private boolean renewed() throws SQLException {
    boolean isOld = session != null;
    try {
      return renewedInSession();
    } catch (SQLException e) {
      if (isOld && isOverdue()) {
        return renewedInSession();
      }
      throw e;
    }
  }

  private boolean renewedInSession() throws SQLException {
    Connection open = session;
    try {
      if (open == null) {
        open = row.open(connections, patience);
        session = open;
      }
      boolean ours = row.renew(open);
      if (ours) {
        renewedNanos = System.nanoTime();
      }
      return ours;
    } catch (SQLException e) {
      TenureRow.closeQuietly(open);
      session = null;
      throw e;
    }
  }

  private boolean isOverdue() {
    return System.nanoTime() - renewedNanos > term.toNanos();
  }

  private static void showAlive(Connection held) {
    try {
      TenureRow.showAlive(held);
    } catch (SQLException e) {
      LOG.debug("A session that keeps the tenure is gone, or not needed any more", e);
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
              keeping.add(held);
              try {
                T result = action.get();
                release(held);
                return result;
              } finally {
                keeping.remove(held);
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
        asked = row.open(connections, patience);
        if (!row.keep(asked)) {
          TenureRow.closeQuietly(asked);
          throw deposed();
        }
        // Whoever slept over the answer finds out here that the session has ended.
        TenureRow.showAlive(asked);
        return asked;
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
    keeping.remove(held);
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
