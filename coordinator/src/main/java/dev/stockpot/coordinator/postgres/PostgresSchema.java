package dev.stockpot.coordinator.postgres;

import dev.stockpot.merge.MergeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;

/** The tables of a coordinator, as {@code schema.sql} has them. */
public final class PostgresSchema {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Of the lock under which tables are created: "stockpot" in ASCII. */
  private static final long LOCK = 0x73746f636b706f74L;

  private PostgresSchema() {}

  /**
   * Creates the tables that are not there, or says how to.
   *
   * @throws MergeException of kind ENVIRONMENT if the database cannot be reached or its tables are
   *     not there and may not be created
   */
  public static void prepare(PostgresConnections connections) {
    PostgresSettings settings = connections.settings();
    try (Connection connection = connections.open(PATIENCE);
        Statement statement = connection.createStatement()) {
      if (isThere(statement)) {
        return;
      }
      if (!settings.createTables()) {
        throw MergeException.environment(
            "%s: the tables are not there; run config/postgresql/schema.sql in it, or set stockpot.coordinator.postgres.create-tables"
                .formatted(settings.place()),
            null);
      }
      connection.setAutoCommit(false);
      statement.execute("select pg_advisory_xact_lock(" + LOCK + ")");
      statement.execute(text());
      connection.commit();
    } catch (SQLException e) {
      throw unusable(settings, e);
    }
  }

  private static boolean isThere(Statement statement) throws SQLException {
    try (ResultSet found =
        statement.executeQuery(
            """
            select to_regclass('stockpot_tenure') is not null
               and to_regclass('event_journal') is not null
               and to_regclass('snapshot') is not null
            """)) {
      return found.next() && found.getBoolean(1);
    }
  }

  /** That the database cannot be used, and why. */
  public static MergeException unusable(PostgresSettings settings, SQLException e) {
    return MergeException.environment(
        "%s: PostgreSQL cannot be used as user '%s': %s"
            .formatted(settings.place(), settings.user(), e.getMessage()),
        e);
  }

  private static String text() {
    try (InputStream in =
        Objects.requireNonNull(PostgresSchema.class.getResourceAsStream("schema.sql"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
