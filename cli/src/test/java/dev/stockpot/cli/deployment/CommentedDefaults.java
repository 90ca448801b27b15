package dev.stockpot.cli.deployment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The defaults that a file of settings shows as comments. */
public final class CommentedDefaults {

  private static final Pattern COMMENTED_OUT =
      Pattern.compile("^( *)# (([a-z][a-z-]*) *= *\\S.*)$", Pattern.MULTILINE);

  private CommentedDefaults() {}

  /** The file with all of them uncommented. */
  public static String all(String file) throws IOException {
    return COMMENTED_OUT.matcher(ConfigFolder.text(file)).replaceAll("$1$2");
  }

  /** The file as often as it has some, each time with another one uncommented. */
  public static List<String> each(String file) throws IOException {
    String text = ConfigFolder.text(file);
    List<String> texts = new ArrayList<>();
    Matcher matcher = COMMENTED_OUT.matcher(text);
    while (matcher.find()) {
      MatchResult found = matcher.toMatchResult();
      texts.add(
          text.substring(0, found.start())
              + found.group(1)
              + found.group(2)
              + text.substring(found.end()));
    }
    return texts;
  }
}
