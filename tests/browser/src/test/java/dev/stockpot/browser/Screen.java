package dev.stockpot.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.util.ArrayList;
import java.util.List;

/** One visitor's browser with one page open; nothing of other visitors is known to it. */
final class Screen implements AutoCloseable {

  static final int WIDE = 1440;
  static final int PHONE = 390;
  private static final int HIGH = 900;

  private final BrowserContext context;
  private final Page page;

  /** What a page must never do: throw, or try what its policy forbids. */
  private final List<String> troubles = new ArrayList<>();

  Screen(ColorScheme colours, int width) {
    Chromium.assumeThere();
    context =
        Chromium.browser()
            .newContext(
                new Browser.NewContextOptions()
                    .setViewportSize(width, HIGH)
                    .setColorScheme(colours)
                    .setLocale("en-GB")
                    .setTimezoneId("UTC"));
    context.setDefaultTimeout(Chromium.PATIENCE_MILLIS);
    page = context.newPage();
    page.onPageError(troubles::add);
    page.onConsoleMessage(message -> {
      if (message.text().contains("Content Security Policy")) {
        troubles.add(message.text());
      }
    });
  }

  static Screen open() {
    return new Screen(ColorScheme.LIGHT, WIDE);
  }

  Page page() {
    return page;
  }

  BrowserContext context() {
    return context;
  }

  /** Opens another place of the dashboard that is open. */
  void goTo(String fragment) {
    page.evaluate("fragment => { location.hash = fragment; }", fragment);
  }

  /** Types a token into the page that asks for one. */
  void logIn(String token) {
    page.getByLabel("Token").fill(token);
    page.getByText("Log in", new Page.GetByTextOptions().setExact(true)).last().click();
  }

  /** A part of the page by the heading above it. */
  Locator section(String heading) {
    return page.locator("section")
        .filter(
            new Locator.FilterOptions()
                .setHas(page.locator("h2", new Page.LocatorOptions().setHasText(heading))));
  }

  Locator status() {
    return page.locator(".title .pill");
  }

  @Override
  public void close() {
    context.close();
    assertThat(troubles).isEmpty();
  }
}
