package dev.stockpot.coordinator.http.access;

import dev.stockpot.coordinator.http.access.Tokens.Holder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Sessions of browsers, which no coordinator has to remember: what a browser keeps is {@code
 * NAME.EXPIRY.MAC}, where the MAC is the HMAC-SHA256 of the rest, and its key the token that the
 * session was begun with. So a session outlives restarts and failovers, holds no token, and ends
 * with the token's line. Safe for any thread.
 */
public final class Sessions {

  public static final Duration LIFE = Duration.ofHours(12);

  /**
   * A session that somebody begins.
   *
   * @param value what their browser keeps
   */
  public record Begun(Holder holder, String value) {}

  private static final Pattern VALUE =
      Pattern.compile("([A-Za-z0-9._-]{1,63})\\.([0-9]{1,12})\\.([0-9a-f]{64})");

  private final Tokens tokens;
  private final InstantSource clock;

  public Sessions(Tokens tokens, InstantSource clock) {
    this.tokens = tokens;
    this.clock = clock;
  }

  /** A new session; empty if that is no token. */
  public Optional<Begun> begin(String token) {
    long expiry = clock.instant().plus(LIFE).getEpochSecond();
    return tokens
        .holder(token)
        .map(holder -> {
          String session = holder.name() + "." + expiry;
          return new Begun(holder, session + "." + mac(token, session));
        });
  }

  /** Whose session that is, if it is one, and not over. */
  public Optional<Holder> holder(String value) {
    Matcher matcher = VALUE.matcher(value);
    if (!matcher.matches()
        || Long.parseLong(matcher.group(2)) <= clock.instant().getEpochSecond()) {
      return Optional.empty();
    }
    String session = matcher.group(1) + "." + matcher.group(2);
    return tokens.lines().stream()
        .filter(line -> Tokens.name(line).equals(matcher.group(1)))
        .filter(line -> isEqual(mac(line.token(), session), matcher.group(3)))
        .map(line -> new Holder(Tokens.name(line), line.readOnly()))
        .findFirst();
  }

  private static boolean isEqual(String mac, String offered) {
    return MessageDigest.isEqual(
        mac.getBytes(StandardCharsets.US_ASCII), offered.getBytes(StandardCharsets.US_ASCII));
  }

  private static String mac(String token, String session) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(token.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      // Named, so that it is no MAC of anything else that a token may come to sign.
      byte[] text = ("stockpot session " + session).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(mac.doFinal(text));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has it", e);
    }
  }
}
