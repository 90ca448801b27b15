package dev.stockpot.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** Every page, of rows that are always the same. */
@SuppressWarnings("NullAway.Init") // set before all
final class PagesTest {

  private static final String MARKUP =
      "<img src=x onerror=\"window.hacked=1\"></script><b>\u202e\u0007&amp;";

  /** What the pages compare with; all other text is of somebody's making. */
  private static final Set<String> WORDS =
      Set.of(
          "status",
          "kind",
          "state",
          "name",
          "level",
          "time",
          "submitted",
          "started",
          "ended",
          "phase");

  private static FakeCoordinator coordinator;

  @BeforeAll
  static void start() {
    Chromium.assumeThere();
    coordinator = new FakeCoordinator();
    SampleRows.PAGES.values().forEach(view -> coordinator.put(view, SampleRows.of(view)));
  }

  @AfterAll
  static void stop() {
    if (coordinator != null) {
      coordinator.close();
    }
  }

  private static Page open(Screen screen, String place) {
    Page page = screen.page();
    page.navigate(coordinator.url() + place);
    assertThat(page.locator("main .scroll:visible, main .tile").first()).isVisible();
    // Fonts and pictures have their places when a frame was drawn.
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
    return page;
  }

  @ParameterizedTest
  @EnumSource(
      value = ColorScheme.class,
      names = {"LIGHT", "DARK"})
  void nothingIsInTheWayOfAnybodyOnAnyPage(ColorScheme colours) {
    try (Screen screen = new Screen(colours, Screen.WIDE)) {
      for (String place : SampleRows.PAGES.keySet()) {
        Page page = open(screen, place);
        page.locator("details.behind").all().forEach(Locator::click);
        assertThat(Axe.violations(page)).as(place).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ColorScheme.class,
      names = {"LIGHT", "DARK"})
  void norOnThoseBeforeTheFirst(ColorScheme colours) {
    try (FakeCoordinator stranger = new FakeCoordinator();
        Screen screen = new Screen(colours, Screen.WIDE)) {
      Page page = screen.page();
      stranger.say("/v1/session", 401, "{\"error\": \"log in\"}");
      page.navigate(stranger.url());
      assertThat(page.getByLabel("Token")).isFocused();
      assertThat(Axe.violations(page)).as("login").isEmpty();
      screen.logIn("x");
      assertThat(page.getByText("That is no token of this coordinator.")).isVisible();
      assertThat(Axe.violations(page)).as("login, refused").isEmpty();

      try (FakeCoordinator standby = new FakeCoordinator()) {
        standby.say("/v1/session", 503, "{\"error\": \"stands by\"}");
        standby.say(
            "/v1/health",
            200,
            "{\"status\": \"standby\", \"active\": \"%s\"}".formatted(standby.url()));
        page.navigate(standby.url());
        assertThat(page.getByText("The active one is at")).isVisible();
        assertThat(Axe.violations(page)).as("standby").isEmpty();
      }
      assertThat(page.getByText("Connection lost, trying again.")).isVisible();
      assertThat(Axe.violations(page)).as("standby that is gone").isEmpty();
    }
  }

  @Test
  void noPageIsWiderThanAPhone() {
    try (Screen screen = new Screen(ColorScheme.LIGHT, Screen.PHONE)) {
      for (String place : SampleRows.PAGES.keySet()) {
        Page page = open(screen, place);
        assertThat(page.evaluate("() => document.documentElement.scrollWidth"))
            .as(place)
            .isEqualTo(Screen.PHONE);
        assertThat(
                page.locator(".paged .scroll:visible")
                    .evaluateAll(
                        "all => all.filter((one) => one.scrollWidth > one.clientWidth).length"))
            .as("tables of " + place + " that are wider")
            .isEqualTo(0);
      }
    }
  }

  @Test
  void theColoursAreTheSystemsUntilSomebodyChoosesOthers() {
    try (Screen screen = new Screen(ColorScheme.DARK, Screen.WIDE)) {
      Page page = open(screen, "#/overview");
      Object dark = page.evaluate("() => getComputedStyle(document.body).backgroundColor");
      page.getByText("System").click();
      assertThat(page.getByText("Light")).isVisible();
      assertThat(page.evaluate("() => getComputedStyle(document.body).backgroundColor"))
          .isNotEqualTo(dark);
      page.reload();
      assertThat(page.getByText("Light")).isVisible();
    }
  }

  @Test
  void aMomentIsChosenByKeysAndItsAddressLeadsToIt() {
    try (Screen screen = Screen.open()) {
      Page page = open(screen, "#/job/night-1");
      page.locator(".timeline-scroll").focus();
      for (String key : new String[] {"Home", "ArrowRight", "ArrowRight", "ArrowDown"}) {
        page.keyboard().press(key);
      }
      assertThat(page.locator(".moment")).containsText("beta/cpu");
      String said = page.locator(".moment").textContent();
      assertThat(page.url()).contains("at=").contains("device=beta");
      page.reload();
      assertThat(page.locator(".moment")).hasText(said);
    }
  }

  @Test
  void aFilterIsInTheAddress() {
    try (Screen screen = Screen.open()) {
      Page page = open(screen, "#/jobs?filter=failed");
      assertThat(page.locator("tbody tr")).hasCount(1);
      page.getByPlaceholder("Filter by name").fill("night-1");
      assertThat(page.locator("tbody tr")).hasCount(1);
      assertThat(page.url()).contains("filter=night-1");
    }
  }

  @Test
  void whatOthersWroteIsShownAsTextEverywhere() {
    try (FakeCoordinator hostile = new FakeCoordinator();
        Screen screen = Screen.open()) {
      for (String view : SampleRows.PAGES.values()) {
        hostile.put(view, (ObjectNode) marked("", SampleRows.of(view)));
      }
      for (String place : SampleRows.PAGES.keySet()) {
        Page page = screen.page();
        page.navigate(hostile.url() + place);
        assertThat(page.locator("main .scroll:visible, main .tile").first()).isVisible();
        page.locator("details.behind").all().forEach(Locator::click);
        assertThat(page.locator("main")).containsText(place.equals("#/actors") ? "desk" : "<img");
        assertThat(page.locator("main img, main b, main script")).hasCount(0);
        assertThat(page.evaluate("() => window.hacked")).isNull();
        assertThat(page.locator("main").innerText())
            .doesNotContain("\u202e")
            .doesNotContain("\u0007");
      }
    }
  }

  private static JsonNode marked(String field, JsonNode node) {
    if (node.isString()) {
      return WORDS.contains(field) ? node : StringNode.valueOf(node.stringValue() + MARKUP);
    }
    if (node.isArray()) {
      var array = JsonMapper.shared().createArrayNode();
      node.forEach(each -> array.add(marked(field, each)));
      return array;
    }
    if (!node.isObject()) {
      return node;
    }
    ObjectNode object = JsonMapper.shared().createObjectNode();
    node.properties()
        .forEach(each -> object.set(each.getKey(), marked(each.getKey(), each.getValue())));
    return object;
  }
}
