package dev.stockpot.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Pictures of all pages, for whoever changes them to look at; three of them are the README's. */
@Tag("pictures")
final class PicturesTest {

  private static final Map<String, String> README =
      Map.of(
          "overview-1440-light",
          "overview.png",
          "job-night-1-1440-light",
          "job.png",
          "job-soup-hunt-1440-dark",
          "search.png");

  @Test
  void allPagesArePictured() throws IOException {
    Path all = Files.createDirectories(Path.of("target/pictures"));
    Path readme = Files.createDirectories(Path.of("../../docs/images"));
    try (FakeCoordinator coordinator = new FakeCoordinator()) {
      SampleRows.PAGES.values().forEach(view -> coordinator.put(view, SampleRows.of(view)));
      for (ColorScheme colours : new ColorScheme[] {ColorScheme.LIGHT, ColorScheme.DARK}) {
        for (int width : new int[] {Screen.WIDE, Screen.PHONE}) {
          try (Screen screen = new Screen(colours, width)) {
            Page page = screen.page();
            page.clock().setFixedTime(SampleRows.NOW);
            for (String place : SampleRows.PAGES.keySet()) {
              page.navigate(coordinator.url() + place);
              page.reload();
              assertThat(page.locator("main .scroll:visible, main .tile").first()).isVisible();
              page.evaluate("() => new Promise((done) => setTimeout(done, 400))");
              String name =
                  "%s-%d-%s"
                      .formatted(
                          place.substring(2).replace("/", "-"),
                          width,
                          colours.toString().toLowerCase(java.util.Locale.ROOT));
              page.screenshot(
                  new Page.ScreenshotOptions()
                      .setFullPage(true)
                      .setPath(all.resolve(name + ".png")));
              if (README.containsKey(name)) {
                page.screenshot(
                    new Page.ScreenshotOptions().setPath(readme.resolve(README.get(name))));
              }
            }
          }
        }
      }
    }
    try (var pictures = Files.list(readme)) {
      assertThat(pictures).hasSize(README.size());
    }
  }
}
