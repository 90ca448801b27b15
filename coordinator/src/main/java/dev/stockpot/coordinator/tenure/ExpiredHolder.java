package dev.stockpot.coordinator.tenure;

import dev.stockpot.coordinator.postgres.PostgresConnections;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A holder that has not renewed the tenure for its term, but whose sessions keep the row: it is
 * frozen or cut off in the midst of a commit, a renewal or a write of its journal. A standby ends
 * these sessions. They are known by the lock that they hold on this very table and by the holder's
 * name, so nobody else's are ended. Whoever else keeps the row is named in the log.
 */
final class ExpiredHolder {

  private static final Logger LOG = LoggerFactory.getLogger(ExpiredHolder.class);

  /** That the server forbids it. */
  private static final String INSUFFICIENT_PRIVILEGE = "42501";

  private static final String ENDING =
      "coalesce(t.holder <> '' and a.application_name = '%s ' || t.holder and pg_terminate_backend(a.pid), false)"
          .formatted(PostgresConnections.APPLICATION);

  private final String cluster;
  private boolean mayEnd = true;
  private String told = "";

  ExpiredHolder(String cluster) {
    this.cluster = cluster;
  }

  /** Ends what sessions of such a holder there are, in a transaction of the session. */
  void makeWay(Connection session) throws SQLException {
    try {
      look(session, mayEnd ? ENDING : "false");
    } catch (SQLException e) {
      if (!mayEnd || !INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
        throw e;
      }
      mayEnd = false;
      LOG.warn(
          "The database does not let this coordinator end sessions of one whose term is over, only the server itself does, a term later: {}",
          e.getMessage());
      session.rollback();
      look(session, "false");
    }
  }

  private static String sessions(String ended) {
    return """
    select t.url, t.epoch, t.renewed_at::timestamptz(0)::text as renewed_at,
      coalesce(a.xact_start, t.renewed_at) + greatest(t.term, interval '1 second')
        < clock_timestamp() as overdue,
      a.pid, coalesce(host(a.client_addr), 'the server''s machine') as client,
      coalesce(a.state, 'of another user') as state,
      a.state_change::timestamptz(0)::text as since,
      %s as ended
    from stockpot_tenure t join pg_stat_activity a on a.datname = current_database()
    where t.cluster = ?
      and (t.holder = '' or t.renewed_at + t.term < clock_timestamp())
      and a.pid <> pg_backend_pid()
      and exists (
        select 1 from pg_locks l
        where l.pid = a.pid and l.granted and l.locktype = 'relation'
          and l.relation = 'stockpot_tenure'::regclass
          and l.mode in ('RowShareLock', 'RowExclusiveLock'))
    """
        .formatted(ended);
  }

  private void look(Connection session, String ended) throws SQLException {
    try (PreparedStatement select = session.prepareStatement(sessions(ended))) {
      select.setString(1, cluster);
      try (ResultSet found = select.executeQuery()) {
        List<String> kept = new ArrayList<>();
        String holder = "";
        while (found.next()) {
          holder =
              "%s (epoch %d), which has not renewed its tenure since %s"
                  .formatted(
                      found.getString("url"),
                      found.getLong("epoch"),
                      found.getString("renewed_at"));
          String which =
              "%d from %s, %s since %s"
                  .formatted(
                      found.getInt("pid"),
                      found.getString("client"),
                      found.getString("state"),
                      found.getString("since"));
          if (found.getBoolean("ended")) {
            LOG.info("Ended a session of {}: {}", holder, which);
          } else if (found.getBoolean("overdue")) {
            kept.add(which);
          }
        }
        tell(holder, kept);
      }
    }
  }

  private void tell(String holder, List<String> kept) {
    String sessions = String.join("; ", kept);
    if (!kept.isEmpty() && !sessions.equals(told)) {
      LOG.warn(
          "Cannot take the tenure over from {}, because it is locked by session {}; the server's pg_terminate_backend ends one",
          holder,
          sessions);
    }
    told = sessions;
  }
}
