package dev.stockpot.hub;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What shows the hub who asks. Its text leaves only by {@link #value()}, which no log, message or
 * JSON may call.
 */
public final class HubToken {

  private final @Nullable String value;
  private final String origin;

  private HubToken(@Nullable String value, String origin) {
    this.value = value;
    this.origin = origin;
  }

  /**
   * A token, or none where the text is blank.
   *
   * @param origin where it is from, for messages: {@code HF_TOKEN}
   */
  public static HubToken of(String text, String origin) {
    String value = text.strip();
    if (value.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw new HubException(
          HubException.Kind.REFUSED,
          origin + " holds no token: there are characters in it that no token has");
    }
    return value.isEmpty() ? none(origin + " is empty") : new HubToken(value, origin);
  }

  /**
   * No token.
   *
   * @param reason for messages: {@code HF_TOKEN is not set}
   */
  public static HubToken none(String reason) {
    return new HubToken(null, reason);
  }

  public Optional<String> value() {
    return Optional.ofNullable(value);
  }

  public boolean isPresent() {
    return value != null;
  }

  /** Where it is from, or why there is none. */
  public String origin() {
    return origin;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HubToken token && Objects.equals(value, token.value);
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(value);
  }

  @Override
  public String toString() {
    return value == null ? "no token (" + origin + ")" : "the token of " + origin;
  }
}
