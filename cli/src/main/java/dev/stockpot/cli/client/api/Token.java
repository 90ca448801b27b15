package dev.stockpot.cli.client.api;

import dev.stockpot.protocol.api.TokenLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What shows a coordinator that this user may ask.
 *
 * @param value empty where there is none
 * @param origin where it is from, for messages
 */
public record Token(Optional<String> value, String origin) {

  private static final String VARIABLE = "STOCKPOT_TOKEN";

  /**
   * Finds the token.
   *
   * @param named the file that the command line names; comes first
   * @param usual the file to look at where the environment has none
   */
  public static Token find(Optional<Path> named, Path usual) {
    if (named.isPresent()) {
      return read(named.get());
    }
    String environment = System.getenv(VARIABLE);
    return environment == null || environment.isBlank()
        ? read(usual)
        : checked(environment, VARIABLE);
  }

  private static Token read(Path file) {
    try {
      return of(TokenLine.parse(Files.readString(file), file.toString()), file);
    } catch (IllegalArgumentException e) {
      throw new ClientException.Unusable(String.valueOf(e.getMessage()));
    } catch (NoSuchFileException _) {
      return new Token(Optional.empty(), file + ", which is not there");
    } catch (IOException e) {
      throw new ClientException.Unusable(file + ": the token cannot be read: " + e);
    }
  }

  /** The first that may change something, if any may. */
  private static Token of(List<TokenLine> lines, Path file) {
    TokenLine line =
        lines.stream().filter(each -> !each.readOnly()).findFirst().orElseGet(lines::getFirst);
    return new Token(Optional.of(line.token()), file.toString());
  }

  private static Token checked(String raw, String origin) {
    String token = raw.strip();
    if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new ClientException.Unusable(
          origin + ": this is no token; it must be one word of printable characters");
    }
    return new Token(Optional.of(token), origin);
  }

  /** What to say when it is not accepted. */
  public String words() {
    return value.isPresent()
        ? "the token from %s is not accepted".formatted(origin)
        : "no token was sent; it would be read from " + origin;
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "Token[" + origin + "]";
  }
}
