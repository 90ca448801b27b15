package dev.stockpot.plan.yaml;

import dev.stockpot.plan.yaml.Place.Located;
import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.ComposerException;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Turns text into one tree of marked nodes per document, and says syntax errors in plain words. */
public final class PlanYaml {
  private PlanYaml() {}

  /**
   * The documents up to the first syntax error, which becomes a problem. YAML gives no safe place
   * to go on behind one.
   */
  public static List<Node> documents(SourceText source, Problems problems) {
    LoadSettings settings =
        LoadSettings.builder()
            .setSchema(new CoreSchema())
            .setUseMarks(true)
            .setAllowNonScalarKeys(true)
            .setCodePointLimit(Integer.MAX_VALUE)
            .build();
    List<Node> documents = new ArrayList<>();
    try {
      StreamReader reader = new StreamReader(settings, source.text());
      Composer composer =
          new Composer(settings, new BoundedParser(new ParserImpl(settings, reader)));
      while (composer.hasNext()) {
        documents.add(composer.next());
      }
    } catch (ReaderException e) {
      problems.at(
          source.placeOfCodePoint(e.getPosition()),
          String.format(
              "the character U+%04X is not allowed in YAML; remove it", e.getCodePoint()));
    } catch (MarkedYamlEngineException e) {
      Located<String> problem = inPlainWords(e);
      problems.at(problem.place(), problem.value());
    } catch (YamlEngineException e) {
      problems.at(new Place(1, 1), notYaml(String.valueOf(e.getMessage())));
    }
    return documents;
  }

  /** The parser's own words, on one line. */
  private static String notYaml(String problem) {
    return "this is not YAML: " + problem.replaceAll("\\s+", " ");
  }

  /** The parser speaks of tokens and blocks; these are the mistakes behind its words. */
  private static Located<String> inPlainWords(MarkedYamlEngineException e) {
    String problem = e.getProblem();
    Mark stopped = e.getProblemMark().or(e::getContextMark).orElseThrow();
    Mark began = e.getContextMark().orElse(stopped);
    if (problem.contains("(TAB)")) {
      return new Located<>("a tab cannot indent YAML; use spaces", Place.of(stopped));
    }
    if (problem.contains("mapping values are not allowed here")) {
      return new Located<>(
          "a ':' is not expected here; check the indentation, or put the text in quotes",
          Place.of(stopped));
    }
    if (problem.contains("could not find expected ':'")) {
      return new Located<>("this line is no 'key: value'; is a ':' missing?", Place.of(began));
    }
    if (problem.contains("expected <block end>")) {
      return new Located<>(
          "this does not fit the lines above; check its indentation", Place.of(stopped));
    }
    if (problem.contains("found unexpected end of stream")) {
      return new Located<>("this quoted text is never closed", Place.of(began));
    }
    if (problem.contains("expected ',' or ")) {
      char bracket = problem.contains("']'") ? ']' : '}';
      String opened = " to go on after the bracket opened on line " + (began.getLine() + 1);
      return new Located<>("expected ',' or '" + bracket + "'" + opened, Place.of(stopped));
    }
    if (problem.contains("expected '<document start>'")) {
      return new Located<>(
          "the plan before this line has ended; separate two plans with a line '---'",
          Place.of(stopped));
    }
    if (problem.contains("found undefined alias")) {
      return new Located<>(
          "this alias has no anchor before it; write the value", Place.of(stopped));
    }
    boolean ours = e instanceof ComposerException;
    return new Located<>(ours ? problem : notYaml(problem), Place.of(stopped));
  }
}
