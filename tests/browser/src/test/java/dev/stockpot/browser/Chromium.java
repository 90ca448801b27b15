package dev.stockpot.browser;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The system's Chromium without a window, started once for all tests of this process. */
final class Chromium {

  private static final List<Path> PLACES =
      List.of(Path.of("/usr/bin/chromium"), Path.of("/usr/bin/chromium-browser"));

  /** How long a page may take on a machine that does much else. */
  static final int PATIENCE_MILLIS = 60_000;

  private static @Nullable Browser browser;

  private Chromium() {}

  /** Skips the test where there is none. */
  static void assumeThere() {
    assumeTrue(
        place().isPresent(), "needs Chromium at " + PLACES.getFirst() + ", as Debian installs it");
  }

  private static Optional<Path> place() {
    return PLACES.stream().filter(Files::isExecutable).findFirst();
  }

  static synchronized Browser browser() {
    Browser known = browser;
    if (known != null) {
      return known;
    }
    Playwright playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    Runtime.getRuntime().addShutdownHook(new Thread(playwright::close));
    PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
    Browser started =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(place().orElseThrow())
                    .setHeadless(true)
                    .setArgs(
                        List.of(
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-quic",
                            "--no-first-run",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--disable-sync")));
    browser = started;
    return started;
  }
}
