package dev.stockpot.coordinator.postgres;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where persistent actors of a coordinator keep their events and snapshots when that is PostgreSQL:
 * the settings of pekko-persistence-jdbc.
 */
public final class PostgresJournal {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresJournal.class);

  /** Names of Pekko's plugins, and so of their sections. */
  private static final String JOURNAL = "jdbc-journal";

  private static final String SNAPSHOTS = "jdbc-snapshot-store";
  private static final String POOL = "stockpot";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int SESSIONS = 8;

  private PostgresJournal() {}

  /**
   * The configuration of an actor system whose queue and merges keep their events in PostgreSQL.
   * Holds the password: not to be logged.
   *
   * @param root the whole configuration
   * @param epoch of this process's tenure; what it writes is refused once that is over
   */
  public static Config over(Config root, PostgresSettings settings, long epoch) {
    Map<String, Object> properties = new HashMap<>();
    PostgresConnections.properties(PATIENCE)
        .forEach((key, value) -> properties.put(key.toString(), value));
    Map<String, Object> pool = new HashMap<>();
    pool.put("connectionPool", "HikariCP");
    pool.put("poolName", POOL);
    pool.put("driver", "org.postgresql.Driver");
    pool.put("url", settings.url());
    pool.put("user", settings.user());
    pool.put("password", settings.password());
    pool.put("properties", properties);
    pool.put("connectionTimeout", PATIENCE.toMillis());
    pool.put("numThreads", SESSIONS);
    pool.put("maxConnections", SESSIONS);
    pool.put("minConnections", 2);
    pool.put("queueSize", 10_000);
    pool.put("connectionInitSql", session(settings, epoch));
    Config database =
        ConfigFactory.empty()
            .withValue("profile", ConfigValueFactory.fromAnyRef("slick.jdbc.PostgresProfile$"))
            .withValue("db", ConfigValueFactory.fromMap(pool))
            .atPath("pekko-persistence-jdbc.shared-databases." + POOL);
    return ConfigFactory.parseMap(
            Map.of(
                JOURNAL + ".class",
                MeasuredJournal.class.getName(),
                JOURNAL + ".use-shared-db",
                POOL,
                SNAPSHOTS + ".use-shared-db",
                POOL,
                "stockpot.coordinator.job-journal",
                JOURNAL,
                "stockpot.coordinator.queue.journal",
                JOURNAL,
                "stockpot.coordinator.queue.snapshots",
                SNAPSHOTS))
        .withFallback(database)
        .withFallback(root);
  }

  /**
   * What deletes the events of a persistence id, where they do not go with an output.
   *
   * @param root the whole configuration
   */
  public static Consumer<String> forgetting(Config root, long epoch) {
    if (!root.getString("stockpot.coordinator.job-journal").equals(JOURNAL)) {
      return _ -> {};
    }
    PostgresConnections connections = new PostgresConnections(PostgresSettings.from(root));
    return persistenceId -> forget(connections, epoch, persistenceId);
  }

  /** Deletes all events of a persistent actor that will not start again. Blocks. */
  public static void forget(PostgresConnections connections, long epoch, String persistenceId) {
    try (Connection session = connections.open(PATIENCE)) {
      try (Statement statement = session.createStatement()) {
        statement.execute(session(connections.settings(), epoch));
      }
      try (PreparedStatement delete =
          session.prepareStatement("delete from event_journal where persistence_id = ?")) {
        delete.setString(1, persistenceId);
        delete.executeUpdate();
      }
    } catch (SQLException e) {
      LOG.warn("Events of {} stay in the database: {}", persistenceId, e.getMessage());
    }
  }

  /**
   * What the fence of {@code schema.sql} asks of a session, and what names it as its holder's for
   * whoever is next.
   */
  private static String session(PostgresSettings settings, long epoch) {
    String cluster = settings.cluster().replace("'", "''");
    return """
    set stockpot.cluster = '%s';
    set stockpot.epoch = '%d';
    %s;
    select set_config('application_name', '%s ' || holder, false)
    from stockpot_tenure where cluster = '%s' and epoch = %d\
    """
        .formatted(
            cluster,
            epoch,
            PostgresConnections.idleTimeout(settings),
            PostgresConnections.APPLICATION,
            cluster,
            epoch);
  }
}
