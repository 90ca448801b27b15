package dev.stockpot.coordinator.http.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.http.access.Tokens.Holder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("NullAway.Init") // injected, or set before each
final class SessionsTest {

  private static final String A = "a".repeat(32);
  private static final String B = "b".repeat(32);
  private static final String C = "c".repeat(32);

  @TempDir private Path directory;
  private Instant now = Instant.parse("2026-01-02T03:04:05Z");
  private Tokens tokens;
  private Sessions sessions;

  @BeforeEach
  void writeTokens() throws IOException {
    write("%s\nci %s\nmonitoring.host-1 %s read-only\n".formatted(A, B, C));
    tokens = Tokens.readOrMake(directory.resolve("token"));
    sessions = new Sessions(tokens, () -> now);
  }

  private void write(String text) throws IOException {
    Path file = directory.resolve("token");
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private String begin(String token) {
    return sessions.begin(token).orElseThrow().value();
  }

  @Test
  void aSessionIsAsGoodAsItsTokenAndDoesNotHoldIt() {
    assertThat(sessions.holder(begin(A))).hasValue(new Holder("unnamed", false));
    assertThat(sessions.holder(begin(B))).hasValue(new Holder("ci", false));
    assertThat(sessions.holder(begin(C))).hasValue(new Holder("monitoring.host-1", true));
    assertThat(begin(B)).doesNotContain(B);
    assertThat(sessions.begin("d".repeat(32))).isEmpty();
  }

  @Test
  void aSessionOutlivesTheProcess() {
    String session = begin(B);
    Sessions restarted =
        new Sessions(Tokens.readOrMake(directory.resolve("token")), () -> now.plusSeconds(60));
    assertThat(restarted.holder(session)).isPresent();
  }

  @Test
  void aSessionEndsAfterTwelveHours() {
    String session = begin(B);
    now = now.plus(Sessions.LIFE).minusSeconds(1);
    assertThat(sessions.holder(session)).isPresent();
    now = now.plusSeconds(1);
    assertThat(sessions.holder(session)).isEmpty();
  }

  @Test
  void aSessionEndsWithTheLineOfItsTokenAndMayDoWhatThatSays() throws IOException {
    String session = begin(B);
    write("ci %s read-only\n".formatted(B));
    tokens.refresh();
    assertThat(sessions.holder(session)).hasValue(new Holder("ci", true));
    write("ci %s\n".formatted(C));
    tokens.refresh();
    assertThat(sessions.holder(session)).isEmpty();
  }

  @Test
  void nobodyMakesASessionWithoutTheToken() {
    String session = begin(B);
    String mac = session.substring(session.lastIndexOf('.') + 1);
    long expiry = now.plus(Sessions.LIFE).getEpochSecond();
    assertThat(session).isEqualTo("ci." + expiry + "." + mac);
    assertThat(sessions.holder("ci." + (expiry + 1) + "." + mac)).isEmpty();
    assertThat(sessions.holder("unnamed." + expiry + "." + mac)).isEmpty();
    assertThat(sessions.holder("ci." + expiry + "." + "0".repeat(64))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "ci", "ci.1", "ci.99999999999999999999.00", "ci.1.é"})
  void whatIsNoSessionIsNobodys(String value) {
    assertThat(sessions.holder(value)).isEmpty();
  }
}
