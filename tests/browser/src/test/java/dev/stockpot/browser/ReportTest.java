package dev.stockpot.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import dev.stockpot.coordinator.web.ReportPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** The report of a job, opened as a file. */
final class ReportTest {

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {SampleRows.MERGE, SampleRows.SEARCH})
  void itShowsTheSamePicturesAndAsksNobody(String view) throws IOException {
    String rows =
        JsonMapper.shared().createObjectNode().set("rows", SampleRows.of(view)).toString();
    Path file = Files.writeString(directory.resolve("report.html"), ReportPage.of(rows));
    try (Screen screen = Screen.open()) {
      Page page = screen.page();
      List<String> asked = new ArrayList<>();
      page.onRequest(request -> asked.add(request.url()));
      page.navigate(file.toUri().toString());
      assertThat(screen.section("Devices").locator("canvas")).isVisible();
      assertThat(screen.section("Log").locator("tbody tr").first()).isVisible();
      if (view.equals(SampleRows.SEARCH)) {
        assertThat(screen.section("Leaderboard").locator("tbody tr").first()).containsText("★ 1");
        assertThat(screen.section("As it grows").locator("canvas")).isVisible();
      }
      assertThat(page.getByText("Cancel")).hasCount(0);
      assertThat(asked).containsExactly(file.toUri().toString());
      assertThat(Axe.violations(page)).isEmpty();
    }
  }
}
