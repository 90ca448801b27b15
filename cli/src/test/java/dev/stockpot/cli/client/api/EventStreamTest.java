package dev.stockpot.cli.client.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.cli.client.api.EventStream.ServerEvent;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EventStreamTest {

  private static EventStream of(String text) {
    return new EventStream(
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), Duration.ofSeconds(20));
  }

  @Test
  void eventsAreReadAsTheStandardSays() throws IOException {
    String text =
        """
        : a comment
        retry: 100

        event: job
        id: 7
        data: {"a":
        data:  "ö"}

        event: nothing

        data:x
        id

        """
            .replace("id: 7\n", "id: 7\r\n");
    try (EventStream events = of(text)) {
      assertThat(events.next())
          .isEqualTo(new ServerEvent(Optional.of("7"), "job", "{\"a\":\n \"ö\"}"));
      assertThat(events.next()).isEqualTo(new ServerEvent(Optional.of(""), "", "x"));
      assertThatThrownBy(events::next).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void halfAnEventAtTheEndIsNone() {
    try (EventStream events = of("event: job\ndata: {}\n")) {
      assertThatThrownBy(events::next).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void silenceIsTheEndEvenIfTheConnectionStands() throws IOException {
    try (PipedOutputStream out = new PipedOutputStream();
        EventStream events = new EventStream(new PipedInputStream(out), Duration.ofMillis(50))) {
      assertThatThrownBy(events::next)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("nothing was heard");
    }
  }

  @Test
  void aLineWithoutEndIsRefused() {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }

          @Override
          public int read(byte[] bytes, int offset, int length) {
            return length;
          }
        };
    try (EventStream events = new EventStream(endless, Duration.ofSeconds(60))) {
      assertThatThrownBy(events::next)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("8 MiB");
    }
  }
}
