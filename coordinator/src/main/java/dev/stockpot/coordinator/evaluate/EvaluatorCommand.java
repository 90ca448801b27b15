package dev.stockpot.coordinator.evaluate;

import dev.stockpot.checkpoint.problem.Wording;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How an evaluator is run: an array of arguments that no shell reads.
 *
 * <p>{@code {model}} and {@code {output}} stand for directories, {@code {gpus}} for the numbers of
 * the devices granted ({@code 0,1}; nothing where there are none), {@code {hash}} for the name of
 * the content: each a whole argument or a part of one.
 *
 * @param arguments as the plan has them; the first is the program: a path, relative to {@code
 *     directory}, if it has a slash, else a name looked up on the {@code PATH}
 * @param directory in which the evaluator runs: the plan's, absolute
 * @param timeout of one attempt; then the evaluator is ended and the evaluation has failed
 * @param attempts how often an evaluator runs that asks to be tried again (status 75)
 * @param pause before the second attempt; each further one is twice as long, up to {@link
 *     #LONGEST_PAUSE}
 */
public record EvaluatorCommand(
    List<String> arguments, Path directory, Duration timeout, int attempts, Duration pause) {

  /** What an evaluator ends with that wants to be tried again: sysexits.h's EX_TEMPFAIL. */
  public static final int TRY_AGAIN = 75;

  public static final int DEFAULT_ATTEMPTS = 4;
  public static final Duration DEFAULT_PAUSE = Duration.ofSeconds(10);
  static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w+)}");
  private static final List<String> PLACEHOLDERS = List.of("model", "output", "gpus", "hash");
  private static final List<String> REQUIRED = List.of("model", "output");

  public EvaluatorCommand {
    arguments = List.copyOf(arguments);
    if (timeout.compareTo(Duration.ZERO) <= 0 || attempts < 1 || pause.isNegative()) {
      throw new IllegalArgumentException(
          "timeout %s, attempts %d, pause %s".formatted(timeout, attempts, pause));
    }
  }

  /**
   * Checks the placeholders. Whether there is such a program only the node knows that runs it.
   *
   * @throws EvaluatorCommandException if a placeholder is unknown, or a required one is missing
   */
  public static EvaluatorCommand of(List<String> arguments, Path directory, Duration timeout)
      throws EvaluatorCommandException {
    if (arguments.isEmpty() || arguments.getFirst().isEmpty()) {
      throw new EvaluatorCommandException(
          -1, "the command is empty; its first item is the program, as in [./evaluate.py, ...]");
    }
    for (int i = 0; i < arguments.size(); i++) {
      check(i, arguments.get(i));
    }
    for (String required : REQUIRED) {
      if (arguments.stream().noneMatch(argument -> argument.contains("{" + required + "}"))) {
        throw new EvaluatorCommandException(
            -1, "no item of the command has {" + required + "}; the evaluator has to be told");
      }
    }
    return new EvaluatorCommand(
        arguments, directory.toAbsolutePath(), timeout, DEFAULT_ATTEMPTS, DEFAULT_PAUSE);
  }

  private static void check(int index, String argument) throws EvaluatorCommandException {
    if (argument.indexOf(0) >= 0) {
      throw new EvaluatorCommandException(index, "an argument cannot hold a null character");
    }
    Matcher matcher = PLACEHOLDER.matcher(argument);
    while (matcher.find()) {
      if (!PLACEHOLDERS.contains(matcher.group(1))) {
        throw new EvaluatorCommandException(
            index,
            "unknown placeholder %s; there are {model}, {output}, {gpus} and {hash}"
                .formatted(Wording.quoted(matcher.group())));
      }
      if (index == 0) {
        throw new EvaluatorCommandException(
            index,
            "the program is %s; a placeholder may stand only in its arguments"
                .formatted(Wording.quoted(argument)));
      }
    }
  }

  /** The same with other attempts. */
  public EvaluatorCommand withAttempts(int newAttempts, Duration newPause) {
    return new EvaluatorCommand(arguments, directory, timeout, newAttempts, newPause);
  }

  /**
   * Finds the program on this machine. Blocks.
   *
   * @return its absolute path, links not followed
   * @throws EvaluatorCommandException if there is none that may be executed
   */
  public Path program() throws EvaluatorCommandException {
    String written = arguments.getFirst();
    if (!written.contains("/")) {
      return onPath(written)
          .orElseThrow(() ->
              new EvaluatorCommandException(
                  0,
                  "no program %s on the PATH; one beside the plan is written ./%s"
                      .formatted(Wording.quoted(written), written)));
    }
    Path program = directory.resolve(written);
    if (!Files.isRegularFile(program)) {
      throw new EvaluatorCommandException(0, program + ": there is no such file");
    }
    if (!Files.isExecutable(program)) {
      throw new EvaluatorCommandException(
          0, "%s: may not be executed; chmod +x %1$s".formatted(program));
    }
    return program;
  }

  /** The first executable of that name in an absolute directory of the {@code PATH}. */
  static Optional<Path> onPath(String name) {
    String path = System.getenv().getOrDefault("PATH", "");
    for (String directory : path.split(Pattern.quote(File.pathSeparator), -1)) {
      Path program = Path.of(directory).resolve(name);
      if (program.isAbsolute() && Files.isRegularFile(program) && Files.isExecutable(program)) {
        return Optional.of(program);
      }
    }
    return Optional.empty();
  }

  /**
   * The arguments after the program, with every placeholder replaced.
   *
   * @param gpus as {@code {gpus}} stands for them
   */
  List<String> filled(EvaluationRequest request, String gpus) {
    Map<String, String> values =
        Map.of(
            "model", request.model().toString(),
            "output", request.output().toString(),
            "gpus", gpus,
            "hash", request.hash());
    List<String> filled = new ArrayList<>();
    for (String argument : arguments.subList(1, arguments.size())) {
      filled.add(
          PLACEHOLDER
              .matcher(argument)
              .replaceAll(
                  match -> Matcher.quoteReplacement(values.getOrDefault(match.group(1), ""))));
    }
    return filled;
  }

  /** That an evaluator's command cannot be run, by the user's mistake or for want of permission. */
  public static final class EvaluatorCommandException extends Exception {
    @java.io.Serial private static final long serialVersionUID = 1;

    private final int argument;

    EvaluatorCommandException(int argument, String message) {
      super(message);
      this.argument = argument;
    }

    /** Which item of the command is meant, from 0: the program; -1 for the command as a whole. */
    public int argument() {
      return argument;
    }
  }
}
