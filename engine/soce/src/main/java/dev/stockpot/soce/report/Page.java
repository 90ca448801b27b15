package dev.stockpot.soce.report;

import dev.stockpot.checkpoint.problem.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** An HTML page that stands alone: its style is inside, and it loads and runs nothing. */
final class Page {
  private static final String STYLE = "page.css";

  private final String title;
  private final List<String> parts = new ArrayList<>();

  Page(String title) {
    this.title = title;
  }

  void heading(String text) {
    parts.add("<h2>%s</h2>".formatted(escape(text)));
  }

  void paragraph(String text) {
    parts.add("<p>%s</p>".formatted(escape(text)));
  }

  void quiet(String text) {
    parts.add("<p class=\"quiet\">%s</p>".formatted(escape(text)));
  }

  void lead(String text) {
    parts.add("<p class=\"lead\">%s</p>".formatted(escape(text)));
  }

  void source(String text) {
    parts.add("<pre>%s</pre>".formatted(escape(text)));
  }

  /** HTML or SVG that is escaped already. */
  void figure(String markup) {
    parts.add("<div class=\"scroll\">%s</div>".formatted(markup));
  }

  void table(Rows rows) {
    figure(rows.render());
  }

  String render() {
    return """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <title>%1$s</title>
    <style>
    %2$s</style>
    </head>
    <body>
    <h1>%1$s</h1>
    %3$s
    </body>
    </html>
    """
        .formatted(escape(title), style(), String.join("\n", parts));
  }

  private static String style() {
    try (InputStream style = Page.class.getResourceAsStream(STYLE)) {
      return new String(Objects.requireNonNull(style).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fit for text and for attributes in double quotes. */
  static String escape(String text) {
    return Printable.lines(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** A number with this many decimals. */
  static String decimals(int decimals, double value) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /** A score with four digits, whatever its scale: {@code 71.3}, {@code 0.7134}. */
  static String score(double value) {
    return BigDecimal.valueOf(value).round(new MathContext(4)).stripTrailingZeros().toPlainString();
  }
}
