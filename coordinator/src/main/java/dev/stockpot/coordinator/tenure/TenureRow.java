package dev.stockpot.coordinator.tenure;

import dev.stockpot.coordinator.postgres.PostgresConnections;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One holder's row of the table {@code stockpot_tenure}. All of its statements find no row once
 * somebody else is the holder.
 *
 * @param process this process's name in the row, unlike any other's
 */
record TenureRow(String cluster, String process, long epoch) {

  private static final String OURS = " where cluster = ? and holder = ? and epoch = ?";

  /** By which the server knows a process's sessions. */
  static String sessionName(String process) {
    return PostgresConnections.APPLICATION + " " + process;
  }

  /** Opens a session of the holder, in which transactions are ended by hand. */
  Connection open(PostgresConnections connections, Duration patience) throws SQLException {
    Connection session = connections.open(patience, sessionName(process));
    session.setAutoCommit(false);
    return session;
  }

  /** Says that the holder is alive, in this session; false if it is the holder no more. */
  boolean renew(Connection session) throws SQLException {
    return update(
        session,
        """
        update stockpot_tenure
        set renewed_at = clock_timestamp(), backend_pid = pg_backend_pid(),
          backend_start = (select backend_start from pg_stat_activity where pid = pg_backend_pid())
        """);
  }

  /** The next one need not wait. */
  void giveBack(Connection session) throws SQLException {
    update(session, "update stockpot_tenure set holder = ''");
  }

  private boolean update(Connection session, String what) throws SQLException {
    try (PreparedStatement update = session.prepareStatement(what + OURS)) {
      bind(update);
      boolean ours = update.executeUpdate() == 1;
      session.commit();
      return ours;
    }
  }

  /**
   * Keeps everybody from taking the tenure over until the session's transaction ends, for as long
   * as the holder renews it and shows in this session, too, that it is alive. False if this is the
   * holder no more.
   */
  boolean keep(Connection session) throws SQLException {
    try (PreparedStatement select =
        session.prepareStatement("select 1 from stockpot_tenure" + OURS + " for key share")) {
      bind(select);
      try (ResultSet ours = select.executeQuery()) {
        return ours.next();
      }
    }
  }

  /** Shows the server that the client of a session that keeps the tenure is alive. */
  static void showAlive(Connection session) throws SQLException {
    try (PreparedStatement select = session.prepareStatement("select 1")) {
      select.execute();
    }
  }

  private void bind(PreparedStatement statement) throws SQLException {
    statement.setString(1, cluster);
    statement.setString(2, process);
    statement.setLong(3, epoch);
  }

  static void closeQuietly(@Nullable Connection session) {
    if (session != null) {
      try {
        session.close();
      } catch (SQLException _) {
        // The server finds out by itself.
      }
    }
  }
}
