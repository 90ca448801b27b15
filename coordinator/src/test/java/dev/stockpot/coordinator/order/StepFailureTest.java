package dev.stockpot.coordinator.order;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.stockpot.merge.Failure;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

class StepFailureTest {

  @Test
  void memoryThatRunsOutIsAFailureOfItsOwnKindWithACure() {
    Failure failure =
        StepFailure.of(
            "a",
            Optional.empty(),
            new CompletionException(new OutOfMemoryError("Java heap space")));
    assertThat(failure.kind()).isEqualTo(Failure.Kind.OUT_OF_DEVICE_MEMORY);
    assertThat(failure.message()).contains("out of memory (Java heap space)", "--memory 2GB");
  }

  @Test
  void whatIsOurFaultIsLoggedWithItsJobAndRun() {
    Logger log = (Logger) LoggerFactory.getLogger(StepFailure.class);
    ListAppender<ILoggingEvent> lines =
        new ListAppender<>() {
          @Override
          protected void append(ILoggingEvent line) {
            line.prepareForDeferredProcessing();
            super.append(line);
          }
        };
    lines.start();
    log.addAppender(lines);
    log.setLevel(Level.ERROR);
    log.setAdditive(false);
    try {
      StepFailure.of("a", Optional.of("a.run"), new IllegalStateException("oh"));
    } finally {
      log.setLevel(null);
      log.setAdditive(true);
      log.detachAppender(lines);
    }
    assertThat(lines.list)
        .singleElement()
        .satisfies(line ->
            assertThat(line.getMDCPropertyMap())
                .containsOnly(Map.entry("job", "a"), Map.entry("run", "a.run")));
    assertThat(MDC.get("run")).isNull();
  }
}
