package dev.stockpot.coordinator.web;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One job's rows in one HTML file that shows them with the dashboard's own pictures. It needs no
 * network and no server; its policy lets its own script run, and nothing else.
 */
public final class ReportPage {

  private static final Pattern EXPORT =
      Pattern.compile(
          "^export (?:async )?(?:const|function|class) ([A-Za-z_$][\\w$]*)", Pattern.MULTILINE);

  private static final String STYLE =
      WebFiles.STYLES.stream().map(WebFiles::text).collect(Collectors.joining("\n")).strip();
  private static final String SCRIPT = script();

  private ReportPage() {}

  /**
   * The page.
   *
   * @param rows what {@code GET /v1/jobs/{id}/view} answers, as JSON
   */
  public static String of(String rows) {
    return """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-%s'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'">
    <title>Stockpot</title>
    <style>%s</style>
    </head>
    <body>
    <script type="application/json" id="rows">%s</script>
    <script>%s</script>
    </body>
    </html>
    """
        .formatted(Digest.of(SCRIPT), Digest.of(STYLE), STYLE, embedded(rows), SCRIPT);
  }

  /** JSON that no name in it can end early: in a string an escape is the same character. */
  private static String embedded(String json) {
    return json.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029");
  }

  /** All modules in one script; each keeps its names to itself, as it does in a file of its own. */
  private static String script() {
    String modules =
        WebFiles.modules("report.js").stream()
            .map(ReportPage::inline)
            .collect(Collectors.joining("\n"));
    return "\"use strict\";\n%s\n%s".formatted(WebFiles.text(WebFiles.CHARTS), modules);
  }

  private static String inline(String module) {
    String text = WebFiles.text(module);
    List<String> names = EXPORT.matcher(text).results().map(found -> found.group(1)).toList();
    String body =
        WebFiles.IMPORT
            .matcher(text)
            .replaceAll(found ->
                Matcher.quoteReplacement(
                    "const { %s } = %s;\n".formatted(found.group(1), variable(found.group(2)))))
            .replaceAll("(?m)^export ", "");
    return "const %s = (() => {\n%s\nreturn { %s };\n})();"
        .formatted(variable(module), body, String.join(", ", names));
  }

  private static String variable(String module) {
    return "module_" + module.substring(0, module.indexOf('.'));
  }
}
