package dev.stockpot.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The dashboard's files, by a real client of a bound server. */
@SuppressWarnings("NullAway.Init") // set before all
final class PagesTest {

  @TempDir private static Path directory;
  private static ApiSite site;

  @BeforeAll
  static void start() {
    site = ApiSite.in(directory);
  }

  @AfterAll
  static void stop() {
    site.close();
  }

  @Test
  void anybodyGetsThePageWhichRunsItsOwnScriptsOnly() {
    HttpResponse<String> page = site.send(site.request("/").GET());
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html; charset=UTF-8");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(page.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
    assertThat(page.body())
        .doesNotContain("style=")
        .doesNotContain("<style")
        .doesNotContain(site.token)
        .doesNotContainPattern("<script(?![^>]*src=)");
  }

  @Test
  void everyFileThatThePageNamesIsThere() {
    List<String> named =
        Pattern.compile("(?:src|href)=\"([^\"]+)\"")
            .matcher(site.send(site.request("/").GET()).body())
            .results()
            .map((MatchResult found) -> found.group(1))
            .toList();
    assertThat(named).contains("/assets/main.js", "/assets/dom.js", "/assets/uPlot.iife.min.js");
    assertThat(named)
        .allSatisfy(
            path -> assertThat(site.send(site.request(path).GET()).statusCode()).isEqualTo(200));
  }

  @ParameterizedTest
  @CsvSource({
    "/assets/main.js, text/javascript",
    "/assets/stockpot.css, text/css",
    "/assets/icon.svg, image/svg+xml",
    "/assets/uPlot.LICENSE.txt, text/plain"
  })
  void aFileIsWhatItsNameSays(String path, String type) {
    HttpResponse<String> file = site.send(site.request(path).GET());
    assertThat(file.statusCode()).isEqualTo(200);
    assertThat(file.headers().firstValue("Content-Type").orElseThrow()).startsWith(type);
  }

  @Test
  void aBrowserThatHasAFileGetsItOnlyWhenItIsAnother() {
    HttpResponse<String> first = site.send(site.request("/assets/main.js").GET());
    String tag = first.headers().firstValue("ETag").orElseThrow();
    assertThat(first.headers().firstValue("Cache-Control")).hasValue("no-cache");
    HttpResponse<String> again =
        site.send(site.request("/assets/main.js").header("If-None-Match", tag).GET());
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    HttpResponse<String> other =
        site.send(site.request("/assets/dom.js").header("If-None-Match", tag).GET());
    assertThat(other.statusCode()).isEqualTo(200);
  }

  @Test
  void aStandbyServesThePageTooAndNothingBehindIt(@TempDir Path other) {
    try (ApiSite standby = ApiSite.in(other)) {
      standby.api.take(new Duty.Standby(Optional.empty()));
      assertThat(standby.send(standby.request("/").GET()).statusCode()).isEqualTo(200);
      assertThat(standby.send(standby.request("/assets/main.js").GET()).statusCode())
          .isEqualTo(200);
      assertThat(standby.send(standby.user("/v1/session").GET()).statusCode()).isEqualTo(503);
    }
  }

  @Test
  void aPageIsOnlyRead() {
    HttpResponse<String> answer = site.send(site.request("/").POST(BodyPublishers.noBody()));
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).hasValue("GET");
  }
}
