package dev.stockpot.system;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the README shows to be typed. */
record Readme(String text) {

  private static final Pattern BLOCK =
      Pattern.compile("^```([a-z]+)\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  static Readme read() throws IOException {
    return new Readme(Files.readString(Installation.top().resolve("README.md")));
  }

  private List<String> blocks(String language) {
    return BLOCK
        .matcher(text)
        .results()
        .filter(block -> block.group(1).equals(language))
        .map(block -> block.group(2))
        .toList();
  }

  /** Every line of the blocks for the shell, in order. */
  List<String> commands() {
    return blocks("sh").stream().flatMap(String::lines).filter(line -> !line.isBlank()).toList();
  }

  /** The block of YAML that begins so. */
  String yaml(String beginning) {
    return blocks("yaml").stream()
        .filter(block -> block.startsWith(beginning))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no YAML begins with " + beginning));
  }

  /** What the pattern's group stands for, in running text. */
  String says(String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    return matcher
        .results()
        .findFirst()
        .map((MatchResult found) -> found.group(1))
        .orElseThrow(() -> new AssertionError("the README does not say " + pattern));
  }
}
