package dev.stockpot.protocol.api;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A line of a file of tokens: who may ask a coordinator. It is {@code TOKEN}, {@code NAME TOKEN} or
 * {@code NAME TOKEN read-only}; blank lines, and those that begin with {@code #}, say nothing.
 *
 * @param name for people; empty for a token alone
 * @param token a secret
 * @param readOnly whether it changes nothing
 */
public record TokenLine(Optional<String> name, String token, boolean readOnly) {

  private static final int LEAST_LENGTH = 32;
  private static final String NAME = "[A-Za-z0-9._-]{1,63}";
  private static final String READ_ONLY = "read-only";

  /**
   * Reads a file's text.
   *
   * @param file what to call it
   * @return at least one
   * @throws IllegalArgumentException with the file and the line, and without what stands there
   */
  public static List<TokenLine> parse(String text, String file) {
    List<TokenLine> lines = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    int number = 0;
    for (String line : text.lines().map(String::strip).toList()) {
      number++;
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String place = file + ":" + number;
      TokenLine read = parseLine(line, place);
      if (!seen.add(read.token()) || !read.name().map(name -> seen.add(name)).orElse(true)) {
        throw new IllegalArgumentException(
            place + ": an earlier line has the same name or token; give each its own");
      }
      lines.add(read);
    }
    if (lines.isEmpty()) {
      throw wrong(file);
    }
    return lines;
  }

  private static TokenLine parseLine(String line, String place) {
    String[] words = line.split("\\s+", -1);
    boolean named = words.length > 1;
    String token = words[named ? 1 : 0];
    boolean right =
        words.length <= 3
            && (!named || words[0].matches(NAME))
            && token.length() >= LEAST_LENGTH
            && token.chars().allMatch(c -> c > ' ' && c < 0x7f)
            && (words.length < 3 || words[2].equals(READ_ONLY));
    if (!right) {
      throw wrong(place);
    }
    return new TokenLine(
        named ? Optional.of(words[0]) : Optional.empty(), token, words.length == 3);
  }

  private static IllegalArgumentException wrong(String place) {
    return new IllegalArgumentException(
        "%s: this is no token; a line is TOKEN, NAME TOKEN or NAME TOKEN %s, and a token is at least %d visible characters"
            .formatted(place, READ_ONLY, LEAST_LENGTH));
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "TokenLine[" + name + "]";
  }
}
