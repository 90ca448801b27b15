package dev.stockpot.cli.logging;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The setting {@code stockpot.log.format} of a node. */
public final class LogFormat {

  private static final String KEY = "stockpot.log.format";
  private static final String APPENDER = "STDERR";

  private LogFormat() {}

  /**
   * From now on lines are written so. Where a user has a Logback configuration of their own, that
   * decides.
   *
   * @throws ConfigException with file and line, if there is no such format
   */
  public static void use(Config root) {
    switch (root.getString(KEY)) {
      case "text" -> {}
      case "json" -> {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logback) {
          json(logback);
        }
      }
      case String other ->
          throw new ConfigException.BadValue(
              root.getValue(KEY).origin(), KEY, "'%s' is neither text nor json".formatted(other));
    }
  }

  static void json(LoggerContext logback) {
    if (logback.getLogger(Logger.ROOT_LOGGER_NAME).getAppender(APPENDER)
        instanceof ConsoleAppender<ILoggingEvent> console) {
      JsonEncoder encoder = new JsonEncoder();
      encoder.setContext(logback);
      encoder.setWithContext(false);
      encoder.setWithSequenceNumber(false);
      encoder.setWithNanoseconds(false);
      encoder.setWithMessage(false);
      encoder.setWithArguments(false);
      encoder.setWithFormattedMessage(true);
      encoder.start();
      console.setEncoder(encoder);
    }
  }
}
