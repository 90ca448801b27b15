package dev.stockpot.cli.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.CommandModel;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;

/** Command lines of ours that stand in scripts, units and comments. */
final class CommandLines {

  /** What follows the program's name, up to what the shell takes for itself. */
  private static final Pattern CALL =
      Pattern.compile(
          "(?<!-n |namespace |[ugt] |podman build )\\bstockpot\"? ([a-z][^|&;#)<>\n]*)");

  private CommandLines() {}

  /** The calls in a text, as words. */
  static List<List<String>> in(String text) {
    List<List<String>> calls = new ArrayList<>();
    Matcher call = CALL.matcher(text.replaceAll("\\\\\n[# ]*", " "));
    while (call.find()) {
      calls.add(List.of(call.group(1).strip().split("\\s+")));
    }
    return calls;
  }

  /** Fails unless this release has the command and its options. */
  static void check(List<String> words) {
    CommandLine command = CommandModel.root();
    int at = 0;
    while (at < words.size() && !command.getSubcommands().isEmpty()) {
      assertThat(command.getSubcommands()).as(words.toString()).containsKey(words.get(at));
      command = command.getSubcommands().get(words.get(at));
      at++;
    }
    for (String word : words.subList(at, words.size())) {
      if (word.startsWith("-") && word.length() > 1) {
        assertThat(command.getCommandSpec().optionsMap())
            .as(words.toString())
            .containsKey(word.replaceFirst("=.*", ""));
      }
    }
  }
}
