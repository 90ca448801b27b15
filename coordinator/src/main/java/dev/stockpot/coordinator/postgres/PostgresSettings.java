package dev.stockpot.coordinator.postgres;

import com.typesafe.config.Config;
import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.merge.MergeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * How to reach PostgreSQL: the section {@code stockpot.coordinator.postgres} of the configuration,
 * read once.
 *
 * @param url of JDBC, without a password
 * @param passwordFile read at every connection, so that a password can be changed; empty where the
 *     server asks for none
 * @param cluster names the row of the cluster's tenure
 * @param term after which a holder that has not renewed its tenure loses it
 * @param poll how often a standby asks
 * @param createTables whether missing tables are created at the start
 */
public record PostgresSettings(
    String url,
    String user,
    Optional<Path> passwordFile,
    String cluster,
    Duration term,
    Duration poll,
    boolean createTables) {

  public PostgresSettings {
    if (!url.startsWith("jdbc:postgresql:")) {
      throw MergeException.userInput(
          "stockpot.coordinator.postgres.url must begin with 'jdbc:postgresql:', as in jdbc:postgresql://host:5432/stockpot");
    }
    if (url.toLowerCase(Locale.ROOT).contains("password=")) {
      throw MergeException.userInput(
          "stockpot.coordinator.postgres.url holds a password; put it into a file, and name that as stockpot.coordinator.postgres.password-file");
    }
    if (term.compareTo(Duration.ofSeconds(1)) < 0) {
      throw MergeException.userInput(
          "stockpot.coordinator.postgres.term is below a second; a busy moment would cost the tenure");
    }
  }

  /** Reads the section from the whole configuration. */
  public static PostgresSettings from(Config root) {
    Config config = root.getConfig("stockpot.coordinator.postgres");
    String passwordFile = config.getString("password-file");
    return new PostgresSettings(
        config.getString("url"),
        config.getString("user"),
        passwordFile.isEmpty() ? Optional.empty() : Optional.of(Path.of(passwordFile)),
        config.getString("cluster"),
        config.getDuration("term"),
        config.getDuration("poll"),
        config.getBoolean("create-tables"));
  }

  /** Blocks. Empty where there is no file. */
  String password() {
    if (passwordFile.isEmpty()) {
      return "";
    }
    try {
      return Files.readString(passwordFile.get()).strip();
    } catch (IOException e) {
      throw MergeException.environment(
          "%s: the password of PostgreSQL cannot be read: %s"
              .formatted(passwordFile.get(), FileErrors.reason(e)),
          e);
    }
  }

  /** The server and the database, for messages. */
  public String place() {
    int parameters = url.indexOf('?');
    return (parameters < 0 ? url : url.substring(0, parameters)).substring("jdbc:".length());
  }
}
