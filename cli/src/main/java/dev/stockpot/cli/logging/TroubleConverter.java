package dev.stockpot.cli.logging;

import ch.qos.logback.classic.pattern.ThrowableHandlingConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import dev.stockpot.checkpoint.problem.Printable;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What was thrown and its causes, each in one line, whatever it quotes, and where: with the option
 * {@code short}, only the innermost frame of each. Made by Logback by name.
 */
public final class TroubleConverter extends ThrowableHandlingConverter {

  /** Of causes, which may go in circles. */
  private static final int MOST = 10;

  @Override
  public String convert(ILoggingEvent event) {
    StringBuilder text = new StringBuilder();
    @Nullable IThrowableProxy thrown = event.getThrowableProxy();
    for (int i = 0; i < MOST && thrown != null; i++) {
      text.append(i == 0 ? "" : "Caused by: ")
          .append(thrown.getClassName())
          .append(": ")
          .append(Printable.line(Objects.requireNonNullElse(thrown.getMessage(), "")))
          .append(System.lineSeparator());
      Arrays.stream(thrown.getStackTraceElementProxyArray())
          .limit("short".equals(getFirstOption()) ? 1 : Integer.MAX_VALUE)
          .map(StackTraceElementProxy::getSTEAsString)
          .forEach(frame -> text.append('\t').append(frame).append(System.lineSeparator()));
      thrown = thrown.getCause();
    }
    return text.toString();
  }
}
