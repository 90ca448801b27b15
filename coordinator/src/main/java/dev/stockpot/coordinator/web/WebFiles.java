package dev.stockpot.coordinator.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.SequencedSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The dashboard's files, read once from the class path: a page, a style sheet, ES modules, and the
 * chart library uPlot with its licence, which comes as a dependency. Nothing in them is secret.
 */
public final class WebFiles {

  /** What the page may do, for the header {@code Content-Security-Policy}. */
  public static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'"
          + " data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

  /** The chart library, which sets the global {@code uPlot}. */
  static final String CHARTS = "uPlot.iife.min.js";

  static final List<String> STYLES = List.of("uPlot.min.css", "stockpot.css");

  /** An import of a module beside it, as all modules write it: in one line. */
  static final Pattern IMPORT =
      Pattern.compile("^import \\{ (.*) \\} from \"\\./([a-z]+\\.js)\";\\n", Pattern.MULTILINE);

  private static final String LICENCE = "uPlot.LICENSE.txt";

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=UTF-8",
          "css", "text/css; charset=UTF-8",
          "js", "text/javascript; charset=UTF-8",
          "svg", "image/svg+xml",
          "txt", "text/plain; charset=UTF-8");

  private static final WebFile INDEX = file("index.html", index());
  private static final Map<String, WebFile> ASSETS = assets();

  private WebFiles() {}

  /** The one page, which shows what its address's fragment names. */
  public static WebFile page() {
    return INDEX;
  }

  /** What the page needs, by its name. */
  public static Optional<WebFile> asset(String name) {
    return Optional.ofNullable(ASSETS.get(name));
  }

  /** A module and all that it imports, each after those that it imports itself. */
  static SequencedSet<String> modules(String entry) {
    SequencedSet<String> modules = new LinkedHashSet<>();
    add(entry, modules);
    return modules;
  }

  private static void add(String module, SequencedSet<String> modules) {
    Matcher imports = IMPORT.matcher(text(module));
    imports
        .results()
        .map(found -> found.group(2))
        .filter(other -> !modules.contains(other))
        .forEach(other -> add(other, modules));
    modules.add(module);
  }

  /** The page names all modules, so that a browser does not find them one after another. */
  private static String index() {
    String preloads =
        modules("main.js").stream()
            .map("<link rel=\"modulepreload\" href=\"/assets/%s\">"::formatted)
            .collect(Collectors.joining("\n"));
    return text("index.html").replace("<!-- modules -->", preloads);
  }

  private static Map<String, WebFile> assets() {
    Map<String, WebFile> assets = new LinkedHashMap<>();
    modules("main.js").forEach(name -> assets.put(name, file(name, text(name))));
    STYLES.forEach(name -> assets.put(name, file(name, text(name))));
    for (String name : List.of("icon.svg", CHARTS, LICENCE)) {
      assets.put(name, file(name, text(name)));
    }
    return assets;
  }

  private static WebFile file(String name, String text) {
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    return new WebFile(
        Objects.requireNonNull(type, name), text, "\"%s\"".formatted(Digest.of(text)));
  }

  static String text(String name) {
    if (name.equals(LICENCE)) {
      return resource(charts() + "LICENSE");
    }
    return resource(name.startsWith("uPlot") ? charts() + "dist/" + name : name);
  }

  /** Where the chart library is, of whatever version the build takes. */
  private static String charts() {
    Properties properties = new Properties();
    try (InputStream file = open("/META-INF/maven/org.webjars.npm/uplot/pom.properties")) {
      properties.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "/META-INF/resources/webjars/uplot/" + properties.getProperty("version") + "/";
  }

  private static String resource(String name) {
    try (InputStream file = open(name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(String name) {
    return Objects.requireNonNull(WebFiles.class.getResourceAsStream(name), name);
  }
}
