package dev.stockpot.coordinator.http;

import static dev.stockpot.coordinator.http.ApiSite.error;
import static dev.stockpot.coordinator.http.ApiSite.json;
import static dev.stockpot.coordinator.http.ApiSite.parsed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.queue.Answer;
import dev.stockpot.coordinator.queue.JobRequest;
import dev.stockpot.protocol.api.JobStatus;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logging in by a browser's means, and what a page of another site may not do with it. */
@SuppressWarnings("NullAway.Init") // set before all
final class LoginTest {

  private static final String LOOKER = "r".repeat(32);

  @TempDir private static Path directory;
  private static ApiSite site;

  @BeforeAll
  static void start() throws IOException {
    Files.writeString(
        directory.resolve("token"), "t".repeat(32) + "\nwall " + LOOKER + " read-only\n");
    Files.setPosixFilePermissions(
        directory.resolve("token"), PosixFilePermissions.fromString("rw-------"));
    site = ApiSite.in(directory);
  }

  @AfterAll
  static void stop() {
    site.close();
  }

  private static HttpResponse<String> login(String token) {
    return site.send(
        site.request("/v1/session").header("X-Stockpot", "1").POST(json(Map.of("token", token))));
  }

  private static String cookie(String token) {
    String set = login(token).headers().firstValue("Set-Cookie").orElseThrow();
    return set.substring(0, set.indexOf(';'));
  }

  private static HttpRequest.Builder browser(String path) {
    return site.request(path).header("Cookie", "other=1; " + cookie("t".repeat(32)));
  }

  private static HttpRequest.Builder cancel() {
    return browser("/v1/jobs/a/cancel").POST(BodyPublishers.noBody());
  }

  @Test
  void aTokenBeginsASessionWhoseCookieNoScriptSeesAndNoOtherSiteSends() {
    HttpResponse<String> answer = login("t".repeat(32));
    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(answer.headers().firstValue("Set-Cookie").orElseThrow())
        .startsWith("stockpot_session_" + site.port() + "=unnamed.")
        .contains("; Max-Age=43200; Path=/; HttpOnly; SameSite=Strict")
        .doesNotContain("Secure")
        .doesNotContain("t".repeat(32));
    HttpResponse<String> who = site.send(browser("/v1/session").GET());
    assertThat(who.statusCode()).isEqualTo(200);
    assertThat(parsed(who).get("name").stringValue()).isEqualTo("unnamed");
    assertThat(parsed(who).get("readOnly").booleanValue()).isFalse();
  }

  @Test
  void whatIsNoTokenBeginsNoSession() {
    HttpResponse<String> answer = login("x".repeat(32));
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
    assertThat(error(answer)).contains("no token").doesNotContain("xxx");
    HttpResponse<String> none =
        site.send(
            site.request("/v1/session")
                .header("X-Stockpot", "1")
                .POST(BodyPublishers.ofString("{\"token\": 1}")));
    assertThat(none.statusCode()).isEqualTo(400);
  }

  @Test
  void loggingOutMakesTheBrowserForgetTheCookie() {
    HttpResponse<String> answer =
        site.send(browser("/v1/session").header("X-Stockpot", "1").DELETE());
    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(answer.headers().firstValue("Set-Cookie").orElseThrow())
        .startsWith("stockpot_session_" + site.port() + "=; Max-Age=0;");
  }

  /** A browser that was logged in at a coordinator, at the standby on its host that took over. */
  @Test
  void aSessionOfAnotherPortCountsWhereItsTokenDoesAndIsEndedHereToo() {
    String other = cookie("t".repeat(32)).replace("_" + site.port(), "_1");
    String strangers = "stockpot_session_2=unnamed.9999999999." + "0".repeat(64);
    String cookies = strangers + "; " + other;
    assertThat(site.send(site.request("/v1/session").header("Cookie", cookies).GET()).statusCode())
        .isEqualTo(200);
    HttpResponse<String> answer =
        site.send(
            site.request("/v1/session")
                .header("Cookie", cookies)
                .header("X-Stockpot", "1")
                .DELETE());
    assertThat(answer.headers().allValues("Set-Cookie"))
        .extracting(set -> set.substring(0, set.indexOf(" Path")))
        .containsExactlyInAnyOrder(
            "stockpot_session_" + site.port() + "=; Max-Age=0;", "stockpot_session_1=; Max-Age=0;");
  }

  @Test
  void aServersOwnSessionCountsBeforeThoseOfOtherPortsOfWhichFewAreLookedAt() {
    String own = cookie(LOOKER);
    String other = cookie("t".repeat(32)).replace("_" + site.port(), "_1");
    HttpResponse<String> who =
        site.send(site.request("/v1/session").header("Cookie", other + "; " + own).GET());
    assertThat(parsed(who).get("name").stringValue()).isEqualTo("wall");
    String many = "stockpot_session_2=x; ".repeat(16);
    assertThat(
            site.send(site.request("/v1/session").header("Cookie", many + other).GET())
                .statusCode())
        .isEqualTo(401);
    assertThat(
            site.send(site.request("/v1/session").header("Cookie", many + own).GET()).statusCode())
        .isEqualTo(200);
  }

  @Test
  void whoIsLoggedInChangesWhatTheirTokenMay() {
    CompletableFuture<HttpResponse<String>> sent =
        site.sending(cancel().header("X-Stockpot", "1").header("Origin", site.api.url()));
    site.asked(JobRequest.Cancel.class)
        .replyTo()
        .tell(new Answer.Ok<>(Jobs.job("a", JobStatus.CANCELLED)));
    assertThat(sent.join().statusCode()).isEqualTo(200);

    HttpResponse<String> refused =
        site.send(
            site.request("/v1/jobs/a/cancel")
                .header("Cookie", cookie(LOOKER))
                .header("X-Stockpot", "1")
                .POST(BodyPublishers.noBody()));
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(error(refused)).contains("'wall' is read-only");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://evil.example", "http://127.0.0.1:1", "null", "http://x y"})
  void aPageOfAnotherOriginChangesNothing(String origin) {
    HttpResponse<String> answer =
        site.send(cancel().header("X-Stockpot", "1").header("Origin", origin));
    assertThat(answer.statusCode()).as(origin).isIn(400, 403);
    site.queue.expectNoMessage(Duration.ZERO);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cross-site", "same-site", "none"})
  void whatTheBrowserSaysOfItsPageCounts(String where) {
    HttpResponse<String> answer =
        site.send(cancel().header("X-Stockpot", "1").header("Sec-Fetch-Site", where));
    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(error(answer)).contains("another site");
    site.queue.expectNoMessage(Duration.ZERO);
  }

  @Test
  void aFormOfAnotherSiteSendsNoHeaderAndChangesNothing() {
    HttpResponse<String> answer = site.send(cancel());
    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(error(answer)).contains("X-Stockpot");
    HttpResponse<String> login =
        site.send(site.request("/v1/session").POST(json(Map.of("token", "t".repeat(32)))));
    assertThat(login.statusCode()).isEqualTo(403);
    site.queue.expectNoMessage(Duration.ZERO);
  }

  /** A wrong token beside a cookie is a wrong token. */
  @Test
  void aTokenThatIsShownCountsBeforeTheCookie() {
    HttpResponse<String> answer =
        site.send(browser("/v1/session").header("Authorization", "Bearer x").GET());
    assertThat(answer.statusCode()).isEqualTo(401);
  }

  @Test
  void aCookieThatWasChangedIsNobodys() {
    HttpResponse<String> answer =
        site.send(site.request("/v1/jobs").header("Cookie", cookie(LOOKER) + "0").GET());
    assertThat(answer.statusCode()).isEqualTo(401);
    HttpResponse<String> other =
        site.send(
            site.request("/v1/jobs")
                .header("Cookie", cookie(LOOKER).replace("wall", "unnamed"))
                .GET());
    assertThat(other.statusCode()).isEqualTo(401);
  }

  /** The same port over a socket of the test's own, whose Host is another than it connected to. */
  @Test
  void theHostThatWasAskedForIsTheOneThatCounts() throws IOException {
    String request =
        """
        POST /v1/jobs/a/cancel HTTP/1.1\r
        Host: soup.example.org\r
        Origin: %s\r
        X-Stockpot: 1\r
        Cookie: %s\r
        Content-Length: 0\r
        Connection: close\r
        \r
        """
            .formatted(site.api.url(), cookie("t".repeat(32)).replace("_" + site.port(), ""));
    try (Socket socket = site.socket()) {
      ApiSite.write(socket, request);
      assertThat(ApiSite.rest(socket)).startsWith("HTTP/1.1 403");
    }
  }
}
