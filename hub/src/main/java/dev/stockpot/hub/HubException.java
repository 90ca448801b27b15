package dev.stockpot.hub;

import dev.stockpot.checkpoint.problem.Printable;
import java.util.Optional;

/**
 * The hub did not give what was asked for. The message names the model, the file where it is about
 * one, and what to do; it is fit for people as it is, and holds no token.
 */
public final class HubException extends RuntimeException {

  /** What can be done about it. */
  public enum Kind {
    /** Who asks must change something: the name, the token, the settings; accept a licence. */
    REFUSED,
    /** Not reached, or it failed after all attempts; the same may do later. */
    UNREACHABLE,
    /** What came is not what the hub says it is. */
    WRONG_BYTES,
    /** This machine: files, links, permissions. */
    LOCAL,
    /** No room on the cache's file system. */
    NO_ROOM,
    /** The thread was interrupted, or the hub's client closed. */
    STOPPED
  }

  private final Kind kind;
  private final transient Optional<Refusal> refusal;

  /**
   * What the server said.
   *
   * @param code the hub's own word for it, from {@code X-Error-Code}: {@code RepoNotFound}
   * @param said its sentence, fit for people
   */
  public record Refusal(int status, Optional<String> code, Optional<String> said) {}

  public HubException(Kind kind, String message) {
    super(message);
    this.kind = kind;
    this.refusal = Optional.empty();
  }

  public HubException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.refusal = Optional.empty();
  }

  public HubException(Kind kind, String message, Refusal refusal) {
    super(message);
    this.kind = kind;
    this.refusal = Optional.of(refusal);
  }

  /** What the server answered, where it is an answer that is the trouble. */
  public Optional<Refusal> refusal() {
    return refusal;
  }

  /** The answer's status; 0 where there was none. */
  public int status() {
    return refusal.map(Refusal::status).orElse(0);
  }

  /** The work was stopped; the thread is marked as interrupted again where that is why. */
  public static HubException stopped(String what) {
    return new HubException(Kind.STOPPED, what + ": stopped; the same command goes on from there");
  }

  static HubException wrong(String text, String what) {
    return new HubException(Kind.REFUSED, Printable.quoted(text) + " " + what);
  }

  public Kind kind() {
    return kind;
  }
}
