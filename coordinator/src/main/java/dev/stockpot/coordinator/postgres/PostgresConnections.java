package dev.stockpot.coordinator.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;

/** Opens sessions in which nothing waits for ever. Blocks. */
public final class PostgresConnections {

  /** Begins the names by which the server knows our sessions. */
  public static final String APPLICATION = "stockpot";

  private static final String CONNECT_SECONDS = "4";

  /**
   * The server notices a client whose machine is gone within about fifteen seconds, and frees what
   * its sessions hold.
   */
  private static final String KEEP_ALIVE =
      "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3 -c tcp_user_timeout=15000";

  private final PostgresSettings settings;

  public PostgresConnections(PostgresSettings settings) {
    this.settings = settings;
  }

  public PostgresSettings settings() {
    return settings;
  }

  /**
   * Opens a session.
   *
   * @param patience after which a statement, or a wait for a lock in one, ends in an exception
   */
  public Connection open(Duration patience) throws SQLException {
    return open(patience, APPLICATION);
  }

  /**
   * Opens a session. The server ends it when it says nothing for the tenure's term in the midst of
   * a transaction.
   *
   * @param patience after which a statement, or a wait for a lock in one, ends in an exception
   * @param name of the session, for the server
   */
  public Connection open(Duration patience, String name) throws SQLException {
    Properties properties = properties(patience);
    properties.setProperty("ApplicationName", name);
    properties.setProperty("user", settings.user());
    properties.setProperty("password", settings.password());
    Connection connection = DriverManager.getConnection(settings.url(), properties);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "set statement_timeout = %d; set lock_timeout = %d; %s"
              .formatted(patience.toMillis(), patience.toMillis(), idleTimeout(settings)));
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** A statement by which a session whose client is frozen or cut off frees what it holds. */
  static String idleTimeout(PostgresSettings settings) {
    return "set idle_in_transaction_session_timeout = " + settings.term().toMillis();
  }

  /** Of the driver; a lost network ends in an exception a second after the patience. */
  static Properties properties(Duration patience) {
    Properties properties = new Properties();
    properties.setProperty("ApplicationName", APPLICATION);
    properties.setProperty("connectTimeout", CONNECT_SECONDS);
    properties.setProperty("loginTimeout", CONNECT_SECONDS);
    properties.setProperty("socketTimeout", Long.toString(patience.toSeconds() + 1));
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("options", KEEP_ALIVE);
    return properties;
  }
}
