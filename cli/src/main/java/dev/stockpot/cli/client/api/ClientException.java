package dev.stockpot.cli.client.api;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.protocol.api.ApiError;
import java.util.List;
import java.util.stream.Collectors;

/** Why a command came to nothing; the message is for the user, as it is. */
public abstract sealed class ClientException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private ClientException(String message) {
    super(message);
  }

  /** One of {@link ExitCode}. */
  public abstract int exitCode();

  /** No coordinator answered, at no address. */
  public static final class Unreachable extends ClientException {
    private static final long serialVersionUID = 1;

    private final transient List<Attempt> attempts;

    public Unreachable(List<Attempt> attempts) {
      super(message(attempts));
      this.attempts = List.copyOf(attempts);
    }

    private static String message(List<Attempt> attempts) {
      String each =
          attempts.stream()
              .map(attempt -> "\n  " + attempt.address() + ": " + attempt.found())
              .collect(Collectors.joining());
      String cure =
          attempts.stream().allMatch(attempt -> attempt.kind() == Attempt.Kind.NOT_THERE)
              ? "\nIs one running? Start it with 'stockpot coordinator', or name its address with"
                  + " --coordinator or STOCKPOT_COORDINATOR."
              : "";
      return "stockpot: no coordinator can be reached" + each + cure;
    }

    /** Whether one was there a moment ago, or is about to take over. */
    boolean mayPass() {
      return attempts.stream().anyMatch(attempt -> attempt.kind().mayPass());
    }

    /** What was found at each address, in one line. */
    String summary() {
      return attempts.stream()
          .map(attempt -> attempt.address() + ": " + attempt.found().replaceAll("\\s+", " "))
          .collect(Collectors.joining("; "));
    }

    @Override
    public int exitCode() {
      return ExitCode.NO_COORDINATOR;
    }
  }

  /** A coordinator answered, and would not. */
  public static final class Refused extends ClientException {
    private static final long serialVersionUID = 1;

    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERROR = 500;
    private static final int INSUFFICIENT_STORAGE = 507;

    private final int status;

    public Refused(int status, ApiError error) {
      super(message(error));
      this.status = status;
    }

    /** The mistakes first, so that the sentence about all of them is not lost above the screen. */
    private static String message(ApiError error) {
      return error.details().stream()
          .map(detail -> Printable.lines(detail) + "\n")
          .collect(Collectors.joining("", "", "stockpot: " + Printable.lines(error.error())));
    }

    @Override
    public int exitCode() {
      if (status == INSUFFICIENT_STORAGE) {
        return ExitCode.NO_SPACE;
      }
      return status >= SERVER_ERROR || status == TOO_MANY_REQUESTS || status == REQUEST_TIMEOUT
          ? ExitCode.FAILED
          : ExitCode.USAGE;
    }
  }

  /** What the user gave cannot be used. */
  public static final class Unusable extends ClientException {
    private static final long serialVersionUID = 1;

    public Unusable(String message) {
      super("stockpot: " + message);
    }

    @Override
    public int exitCode() {
      return ExitCode.USAGE;
    }
  }
}
