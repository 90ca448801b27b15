package dev.stockpot.browser;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** What axe-core finds wrong for people who see, hear or move otherwise. */
final class Axe {

  private static final String SCRIPT = script();

  private Axe() {}

  static List<?> violations(Page page) {
    page.evaluate(SCRIPT);
    return (List<?>)
        page.evaluate(
            """
            async () => (await axe.run(document, { resultTypes: ["violations"] })).violations.map(
              (one) => one.id + ": " + one.nodes.slice(0, 4).map((node) => node.html + " " + node.failureSummary).join(" | "))
            """);
  }

  private static String script() {
    try (InputStream file =
        Objects.requireNonNull(Axe.class.getResourceAsStream("/axe.min.js"), "axe.min.js")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
