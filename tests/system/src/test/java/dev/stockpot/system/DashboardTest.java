package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.system.StockpotProcess.Ended;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.AssertionFailedError;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A merge in one process that is watched. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class DashboardTest {

  private static final Pattern ADDRESS =
      Pattern.compile("dashboard: (http://127\\.0\\.0\\.1:\\d+)/#token=([0-9a-f]{64})");

  /** Kernels that are interpreted, so that there is something to see. */
  private static final List<String> SLOW =
      List.of(
          "-XX:CompileCommand=quiet", "-XX:CompileCommand=exclude,dev.stockpot.merge.kernel.*::*");

  private static HttpResponse<String> send(HttpClient client, HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionFailedError("interrupted", e);
    }
  }

  @Test
  void itsPageShowsItAndCannotChangeIt(@TempDir Path directory) throws InterruptedException {
    MergeSite site = MergeSite.large(directory);
    try (HttpClient client = HttpClient.newHttpClient();
        StockpotProcess merge =
            StockpotProcess.start(
                SLOW, directory, "merge", "--dashboard", site.plan().toString())) {
      assertThat(merge.livesUntil(() -> ADDRESS.matcher(merge.said()).find()))
          .as(merge.said())
          .isTrue();
      Matcher address = ADDRESS.matcher(merge.said());
      assertThat(address.find()).isTrue();
      URI url = URI.create(address.group(1));
      HttpRequest.Builder request =
          HttpRequest.newBuilder(url.resolve("/v1/jobs/alone/view"))
              .header("Authorization", "Bearer " + address.group(2));
      JsonNode[] rows = {JsonMapper.shared().createObjectNode()};
      assertThat(
              merge.livesUntil(() -> {
                rows[0] =
                    JsonMapper.shared().readTree(send(client, request.build()).body()).path("rows");
                return rows[0].properties().stream()
                    .anyMatch(row ->
                        row.getKey().startsWith("lane/")
                            && row.getValue().path("tasks").asLong() > 0);
              }))
          .as("a task was seen")
          .isTrue();
      assertThat(rows[0].path("node").path("alone").asBoolean()).isTrue();
      assertThat(rows[0].path("job").path("status").asString("")).isEqualTo("running");
      HttpRequest actors =
          HttpRequest.newBuilder(url.resolve("/v1/views/actors"))
              .header("Authorization", "Bearer " + address.group(2))
              .build();
      assertThat(
              JsonMapper.shared()
                  .readTree(send(client, actors).body())
                  .path("rows")
                  .path("role/desk")
                  .path("processed")
                  .asLong())
          .isPositive();
      assertThat(
              send(client, HttpRequest.newBuilder(url.resolve("/v1/views/overview")).build())
                  .statusCode())
          .isEqualTo(401);
      assertThat(
              send(
                      client,
                      HttpRequest.newBuilder(url.resolve("/v1/jobs/alone/cancel"))
                          .header("Authorization", "Bearer " + address.group(2))
                          .POST(BodyPublishers.noBody())
                          .build())
                  .statusCode())
          .isEqualTo(409);
      Ended ended = merge.await();
      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(ended.out().lines().toList().getLast()).isEqualTo(site.output().toString());
    }
  }
}
