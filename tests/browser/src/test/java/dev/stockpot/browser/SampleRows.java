package dev.stockpot.browser;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Rows of every view, of a cluster that lost a worker in a merge, and of a search. */
final class SampleRows {

  static final String MERGE = "/v1/jobs/night-1/view";
  static final String SEARCH = "/v1/jobs/soup-hunt/view";

  /** The addresses of the pages that show them, and their views. */
  static final Map<String, String> PAGES =
      Map.of(
          "#/overview", "/v1/views/overview",
          "#/jobs", "/v1/views/jobs",
          "#/workers", "/v1/views/workers",
          "#/actors", "/v1/views/actors",
          "#/job/night-1", MERGE,
          "#/job/soup-hunt", SEARCH);

  /** The moment at which they were taken. */
  static final long NOW = 1_795_978_826_000L;

  private SampleRows() {}

  /** Rows by the path of their view; a copy that may be changed. */
  static ObjectNode of(String view) {
    String name = view.replace("/v1/views/", "").replaceAll("/v1/(jobs/.*)/view", "$1");
    JsonNode rows = all().path("views").path(name);
    return (ObjectNode) rows;
  }

  private static JsonNode all() {
    try (InputStream file =
        Objects.requireNonNull(SampleRows.class.getResourceAsStream("rows.json"), "rows.json")) {
      return JsonMapper.shared().readTree(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
