package dev.stockpot.cli.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Prometheus's and Grafana's files are read by them, and hang together. */
class MonitoringFilesTest {

  private static Object yaml(String file) throws IOException {
    return new Load(LoadSettings.builder().setLabel(file).build())
        .loadFromString(ConfigFolder.text("monitoring/" + file));
  }

  @Nested
  class WithPromtool {

    @BeforeEach
    void skipWithout() {
      assumeTrue(
          Stream.of(System.getenv("PATH").split(":"))
              .anyMatch(folder -> Files.isExecutable(Path.of(folder, "promtool"))),
          "there is no promtool: it is in Debian's package prometheus");
    }

    @Test
    void theAlertsAreRules() throws Exception {
      assertThat(promtool("rules", "alerts.yml")).contains("SUCCESS");
    }

    @Test
    void theSettingsAreSettings() throws Exception {
      assertThat(promtool("config", "prometheus.yml")).contains("SUCCESS");
    }

    private static String promtool(String kind, String file)
        throws IOException, InterruptedException {
      Process promtool =
          new ProcessBuilder(
                  "promtool", "check", kind, ConfigFolder.file("monitoring/" + file).toString())
              .redirectErrorStream(true)
              .start();
      String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(promtool.waitFor()).as(said).isZero();
      return said;
    }
  }

  @Test
  void everyAlertSaysWhatIsWrongAndWhatToDo() throws IOException {
    Map<?, ?> group =
        (Map<?, ?>) ((List<?>) ((Map<?, ?>) yaml("alerts.yml")).get("groups")).getFirst();
    for (Object rule : (List<?>) group.get("rules")) {
      Map<?, ?> annotations = (Map<?, ?>) ((Map<?, ?>) rule).get("annotations");
      assertThat(annotations.get("summary").toString()).as(rule.toString()).endsWith(".");
      assertThat(annotations.get("action").toString()).as(rule.toString()).isNotBlank();
      CommandLines.in(annotations.get("action").toString().replace("`", "\n"))
          .forEach(CommandLines::check);
    }
  }

  @Test
  void whatComposeMountsIsThere() throws IOException {
    Set<String> mounted = new TreeSet<>();
    Map<?, ?> services = (Map<?, ?>) ((Map<?, ?>) yaml("compose.yaml")).get("services");
    for (Object service : services.values()) {
      for (Object volume : (List<?>) ((Map<?, ?>) service).get("volumes")) {
        String from = volume.toString().split(":", 2)[0];
        if (from.startsWith("./")) {
          mounted.add(from.substring(2));
          assertThat(ConfigFolder.file("monitoring/" + from)).exists();
        }
      }
    }
    assertThat(mounted).contains("prometheus.yml", "alerts.yml", "grafana/dashboard.json");
    yaml("grafana/datasource.yaml");
    yaml("grafana/dashboards.yaml");
  }

  @Test
  void panelsOfTheDashboardDoNotOverlapAndEachHasSomethingToShow() throws IOException {
    JsonNode dashboard =
        JsonMapper.shared().readTree(ConfigFolder.text("monitoring/grafana/dashboard.json"));
    Set<String> taken = new TreeSet<>();
    Set<Integer> ids = new TreeSet<>();
    for (JsonNode panel : dashboard.path("panels")) {
      assertThat(ids.add(panel.path("id").asInt())).isTrue();
      JsonNode place = panel.path("gridPos");
      for (int x = place.path("x").asInt();
          x < place.path("x").asInt() + place.path("w").asInt();
          x++) {
        for (int y = place.path("y").asInt();
            y < place.path("y").asInt() + place.path("h").asInt();
            y++) {
          assertThat(taken.add(x + "," + y)).as(panel.path("title").asString()).isTrue();
        }
        assertThat(x).isLessThan(24);
      }
      if (!panel.path("type").asString().equals("row")) {
        assertThat(panel.path("targets").size()).as(panel.path("title").asString()).isPositive();
        assertThat(panel.findValues("expr"))
            .allMatch(expression -> !Pattern.matches("\\s*", expression.asString()));
      }
    }
    assertThat(ids).hasSizeGreaterThan(20);
  }
}
