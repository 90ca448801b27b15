package dev.stockpot.cli.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.MDC;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the shipped settings of Logback make of text that others chose. */
class LogLinesTest {

  private static final String FORGED =
      "w\n2026-01-01T00:00:00.000Z INFO  JobQueue: done\u001b[2J\u202e";
  private static final String SHOWN =
      "w\\u000a2026-01-01T00:00:00.000Z INFO  JobQueue: done\\u001b[2J\\u202e";

  private static String logged(String settings, @Nullable Throwable thrown) throws Exception {
    return logged(settings, thrown, _ -> {});
  }

  private static String logged(
      String settings, @Nullable Throwable thrown, Consumer<LoggerContext> change)
      throws Exception {
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(MDC.getMDCAdapter());
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(
        Objects.requireNonNull(LogLinesTest.class.getResource("/" + settings)));
    change.accept(context);
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    var appender = (OutputStreamAppender<ILoggingEvent>) root.getAppender("STDERR");
    LoggingEvent event =
        new LoggingEvent("", root, Level.WARN, "{} failed", thrown, new Object[] {FORGED});
    String line = new String(appender.getEncoder().encode(event), UTF_8);
    context.stop();
    return line;
  }

  @ParameterizedTest
  @ValueSource(strings = {"logback.xml", "logback-node.xml"})
  void noMessageMakesALineOfItsOwn(String settings) throws Exception {
    assertThat(logged(settings, null)).endsWith(SHOWN + " failed\n").containsOnlyOnce("\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"logback.xml", "logback-node.xml"})
  void neitherDoesTheMessageOfAnExceptionOrItsCause(String settings) throws Exception {
    Exception thrown = new IllegalStateException(FORGED, new IOException(FORGED));
    assertThat(logged(settings, thrown).lines())
        .contains(
            "java.lang.IllegalStateException: " + SHOWN, "Caused by: java.io.IOException: " + SHOWN)
        .noneMatch(line -> line.startsWith("2026-01-01T"));
  }

  @Test
  void asJsonALineIsAnObjectThatSaysWhatItIsAbout() throws Exception {
    Exception thrown = new IllegalStateException(FORGED, new IOException(FORGED));
    String line;
    try (MDC.MDCCloseable _ = MDC.putCloseable("job", FORGED);
        MDC.MDCCloseable _ = MDC.putCloseable("worker", "alpha/cpu")) {
      line = logged("logback-node.xml", thrown, LogFormat::json);
    }
    assertThat(line).endsWith("}\n").containsOnlyOnce("\n").doesNotContain("\u001b");
    JsonNode told = JsonMapper.shared().readTree(line);
    assertThat(told.path("level").asString()).isEqualTo("WARN");
    assertThat(told.path("formattedMessage").asString()).isEqualTo(FORGED + " failed");
    assertThat(told.at("/mdc/job").asString()).isEqualTo(FORGED);
    assertThat(told.at("/mdc/worker").asString()).isEqualTo("alpha/cpu");
    assertThat(told.at("/throwable/message").asString()).isEqualTo(FORGED);
  }
}
