package dev.stockpot.cli.logging;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.stockpot.checkpoint.problem.Printable;

/** A log message in one line, whatever it quotes. Made by Logback by name. */
public final class TextConverter extends ClassicConverter {

  @Override
  public String convert(ILoggingEvent event) {
    return Printable.line(event.getFormattedMessage());
  }
}
