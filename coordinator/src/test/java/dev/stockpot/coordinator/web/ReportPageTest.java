package dev.stockpot.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class ReportPageTest {

  private static final String ROWS =
      "{\"rows\":{\"job\":{\"id\":\"</script><script>alert(1)</script>\"}}}";

  private static String between(String page, String from, String to) {
    Matcher matcher =
        Pattern.compile(Pattern.quote(from) + "(.*?)" + Pattern.quote(to), Pattern.DOTALL)
            .matcher(page);
    assertThat(matcher.find()).as(from).isTrue();
    return matcher.group(1);
  }

  @Test
  void itsPolicyLetsItsOwnScriptAndStyleInAndNothingElse() {
    String page = ReportPage.of(ROWS);
    String policy = between(page, "Content-Security-Policy\" content=\"", "\"");
    assertThat(policy)
        .startsWith("default-src 'none'")
        .contains("script-src 'sha256-" + Digest.of(between(page, "<script>", "</script>")) + "'")
        .contains("style-src 'sha256-" + Digest.of(between(page, "<style>", "</style>")) + "'")
        .doesNotContain("unsafe");
  }

  @Test
  void noNameInItsRowsEndsThemEarly() {
    String page = ReportPage.of(ROWS);
    assertThat(page).doesNotContain("<script>alert");
    assertThat(between(page, "id=\"rows\">", "</script>")).isEqualTo(ROWS.replace("<", "\\u003c"));
    assertThat(page.split("</script>", -1)).hasSize(3);
  }

  @Test
  void itFetchesNothing() {
    assertThat(ReportPage.of(ROWS))
        .doesNotContainPattern("(?m)^import ")
        .doesNotContainPattern("(?m)^export ")
        .doesNotContain("src=\"")
        .doesNotContain("href=\"http");
  }

  @Test
  void everyModuleStandsAfterThoseThatItImports() {
    List<String> modules = List.copyOf(WebFiles.modules("main.js"));
    for (String module : modules) {
      WebFiles.IMPORT
          .matcher(WebFiles.text(module))
          .results()
          .forEach(found ->
              assertThat(modules.subList(0, modules.indexOf(module))).contains(found.group(2)));
    }
    assertThat(modules).endsWith("main.js").doesNotHaveDuplicates().contains("dom.js");
  }

  /** A module in a form that is not understood would be missing, in reports and from the server. */
  @Test
  void everyImportIsUnderstood() {
    for (String entry : List.of("main.js", "report.js")) {
      for (String module : WebFiles.modules(entry)) {
        String text = WebFiles.text(module);
        assertThat(WebFiles.IMPORT.matcher(text).results().count())
            .as(module)
            .isEqualTo(text.lines().filter(line -> line.startsWith("import")).count());
      }
    }
  }
}
