package dev.stockpot.coordinator.tenure;

import dev.stockpot.coordinator.postgres.PostgresConnections;
import dev.stockpot.coordinator.postgres.PostgresSchema;
import dev.stockpot.coordinator.postgres.PostgresSettings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The tenure of a cluster, as a row of the table {@code stockpot_tenure}. It is to be had when its
 * holder gave it back, has not renewed it for the term that it named, by the database's clock, or
 * when the holder's session is gone: that tells of a process that was killed within a second. A
 * session that is gone because the server restarted tells nothing. Sessions by which a holder keeps
 * the row beyond its term are ended ({@link ExpiredHolder}).
 */
public final class PostgresTenureOffice implements TenureOffice {

  private final PostgresConnections connections;
  private final PostgresSettings settings;
  private final String url;
  private final Consumer<String> lost;
  private final Duration patience;
  private final String process = UUID.randomUUID().toString();
  private final ExpiredHolder expired;
  private @Nullable Connection connection;
  private volatile Optional<Holder> holder = Optional.empty();

  /**
   * An office for one process.
   *
   * @param url of this process's HTTP API
   * @param lost hears once why a tenure that this office gave is this process's no more; on a
   *     thread of the tenure
   */
  public PostgresTenureOffice(PostgresConnections connections, String url, Consumer<String> lost) {
    this.connections = connections;
    this.settings = connections.settings();
    this.url = url;
    this.lost = lost;
    this.patience = settings.term().dividedBy(4);
    this.expired = new ExpiredHolder(settings.cluster());
  }

  @Override
  public Optional<Tenure> tryAcquire() {
    try {
      Connection session = session();
      Optional<Long> epoch = take(session);
      if (epoch.isEmpty()) {
        return Optional.empty();
      }
      // From now on the session is the tenure's, whose end would tell others of this process's.
      connection = null;
      holder = Optional.of(new Holder(url, epoch.get()));
      return Optional.of(
          new PostgresTenure(
              connections, new TenureRow(settings.cluster(), process, epoch.get()), session, lost));
    } catch (SQLException e) {
      close();
      throw PostgresSchema.unusable(settings, e);
    }
  }

  private Connection session() throws SQLException {
    Connection open = connection;
    if (open == null) {
      open = connections.open(patience, TenureRow.sessionName(process));
      connection = open;
      open.setAutoCommit(false);
      insertRow(open);
    }
    return open;
  }

  /** Does not even try where there is one, which would wait for whoever changes it just now. */
  private void insertRow(Connection session) throws SQLException {
    try (PreparedStatement insert =
        session.prepareStatement(
            """
            insert into stockpot_tenure
              (cluster, epoch, holder, url, term, renewed_at, backend_pid)
            select ?, 0, '', '', interval '0', '-infinity', 0
            where not exists (select from stockpot_tenure where cluster = ?)
            on conflict do nothing
            """)) {
      insert.setString(1, settings.cluster());
      insert.setString(2, settings.cluster());
      insert.executeUpdate();
      session.commit();
    }
  }

  /** The new epoch, if the tenure was free. */
  private Optional<Long> take(Connection session) throws SQLException {
    try {
      Optional<Long> taken = Optional.empty();
      if (lockIfFree(session)) {
        taken = Optional.of(write(session));
      } else {
        holder = holder(session);
        expired.makeWay(session);
      }
      session.commit();
      return taken;
    } catch (SQLException e) {
      session.rollback();
      throw e;
    }
  }

  /** A holder that commits or writes its journal keeps the row locked: it is not free then. */
  private boolean lockIfFree(Connection session) throws SQLException {
    try (PreparedStatement select =
        session.prepareStatement(
            """
            select 1 from stockpot_tenure t
            where t.cluster = ? and (
              t.holder = ''
              or t.renewed_at + t.term < clock_timestamp()
              or (t.renewed_at > pg_postmaster_start_time()
                and not exists (
                  select 1 from pg_stat_activity a
                  where a.pid = t.backend_pid
                    and (a.backend_start is null or a.backend_start = t.backend_start))))
            for update of t skip locked
            """)) {
      select.setString(1, settings.cluster());
      try (ResultSet free = select.executeQuery()) {
        return free.next();
      }
    }
  }

  private long write(Connection session) throws SQLException {
    try (PreparedStatement update =
        session.prepareStatement(
            """
            update stockpot_tenure
            set epoch = epoch + 1, holder = ?, url = ?, term = ? * interval '1 millisecond',
              renewed_at = clock_timestamp(), backend_pid = pg_backend_pid(),
              backend_start = (select backend_start from pg_stat_activity where pid = pg_backend_pid())
            where cluster = ?
            returning epoch
            """)) {
      update.setString(1, process);
      update.setString(2, url);
      update.setLong(3, settings.term().toMillis());
      update.setString(4, settings.cluster());
      try (ResultSet written = update.executeQuery()) {
        if (!written.next()) {
          throw new SQLException("the row of the tenure is gone");
        }
        return written.getLong(1);
      }
    }
  }

  private Optional<Holder> holder(Connection session) throws SQLException {
    try (PreparedStatement select =
        session.prepareStatement(
            "select url, epoch from stockpot_tenure where cluster = ? and holder <> ''")) {
      select.setString(1, settings.cluster());
      try (ResultSet found = select.executeQuery()) {
        return found.next()
            ? Optional.of(new Holder(found.getString(1), found.getLong(2)))
            : Optional.empty();
      }
    }
  }

  @Override
  public Optional<Holder> holder() {
    return holder;
  }

  @Override
  public void close() {
    Connection open = connection;
    connection = null;
    TenureRow.closeQuietly(open);
  }
}
