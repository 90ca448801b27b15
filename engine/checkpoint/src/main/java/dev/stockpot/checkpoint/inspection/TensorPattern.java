package dev.stockpot.checkpoint.inspection;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Chooses tensors by name: {@code *} stands for any characters, {@code ?} for one. */
public record TensorPattern(Pattern regex) {

  /** The whole name must match the glob; no glob matches every name. */
  public static TensorPattern of(@Nullable String glob) {
    StringBuilder regex = new StringBuilder();
    for (char c : (glob == null ? "*" : glob).toCharArray()) {
      switch (c) {
        case '*' -> regex.append(".*");
        case '?' -> regex.append('.');
        default -> regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return new TensorPattern(Pattern.compile(regex.toString(), Pattern.DOTALL));
  }

  boolean matches(String name) {
    return regex.matcher(name).matches();
  }
}
