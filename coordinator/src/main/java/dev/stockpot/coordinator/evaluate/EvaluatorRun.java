package dev.stockpot.coordinator.evaluate;

import dev.stockpot.coordinator.evaluate.EvaluatorCommand.EvaluatorCommandException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of an evaluator, from start to the end of its last process.
 *
 * <p>The evaluator runs under a guard, a small shell script in a session of its own that holds the
 * reading end of a pipe. Once the pipe is closed, by this process or by the kernel because this
 * process has died, the guard ends every process of the session: first it asks, then it kills. So
 * nothing has to be recorded, and no later run has to clean up. Not covered is a process that
 * leaves the session by {@code setsid}; and what a killed run of ours leaves takes up to {@link
 * #GRACE} to end.
 *
 * @param status with which it ended; empty if it took too long
 * @param took until its last process had ended
 * @param logTail its last lines
 */
record EvaluatorRun(OptionalInt status, Duration took, String logTail) {

  private static final Logger LOG = LoggerFactory.getLogger(EvaluatorRun.class);

  /** How long processes have to end by themselves when they are asked to. */
  static final Duration GRACE = Duration.ofSeconds(5);

  /**
   * Once for what hears the end of the pipe, once for what outlives the evaluator, and time to
   * kill.
   */
  private static final Duration END = GRACE.multipliedBy(2).plusSeconds(20);

  private static final Duration DRAIN = Duration.ofSeconds(10);

  /** Opens the coordinator to whoever holds it. */
  private static final String SECRET = "STOCKPOT_TOKEN";

  private static final String GUARD = guard();

  private static String guard() {
    try (InputStream script =
        Objects.requireNonNull(EvaluatorRun.class.getResourceAsStream("guard.sh"))) {
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What runs a program under a guard; its arguments are to follow. Blocks.
   *
   * @param program absolute
   * @throws EvaluatorCommandException if this machine cannot guard it
   */
  static List<String> guarded(Path program) throws EvaluatorCommandException {
    List<String> guarded = new ArrayList<>();
    for (String tool : List.of("setsid", "sh")) {
      guarded.add(
          EvaluatorCommand.onPath(tool)
              .orElseThrow(() ->
                  new EvaluatorCommandException(
                      -1,
                      "evaluators need the program '%s', which is not on the PATH; install it (setsid is in util-linux)"
                          .formatted(tool)))
              .toString());
    }
    guarded.addAll(
        List.of("-c", GUARD, "guard", String.valueOf(GRACE.toSeconds()), program.toString()));
    return guarded;
  }

  /**
   * Runs the evaluator and waits; returns, and throws, when all of its processes have ended.
   *
   * @param command as {@link #guarded} has it, and the arguments
   * @param directory in which it runs
   * @param log what it prints
   * @throws IOException if it could not be started
   * @throws InterruptedException if this thread was interrupted meanwhile
   */
  static EvaluatorRun of(
      List<String> command, Path directory, EvaluatorSlot slot, Path log, Duration timeout)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    slot.restrict(builder.environment());
    builder.environment().remove(SECRET);
    long start = System.nanoTime();
    Process guard = builder.start();
    BoundedLog printed = new BoundedLog(log);
    CompletableFuture<Void> drained = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("evaluator-log")
        .start(() -> {
          printed.drain(guard.getInputStream());
          drained.complete(null);
        });
    boolean inTime;
    try {
      inTime = guard.waitFor(timeout);
    } finally {
      end(guard, log);
      // A process that left the session may hold the pipe open for ever.
      drained.completeOnTimeout(null, DRAIN.toMillis(), TimeUnit.MILLISECONDS).join();
    }
    return new EvaluatorRun(
        inTime ? OptionalInt.of(guard.exitValue()) : OptionalInt.empty(),
        Duration.ofNanos(System.nanoTime() - start),
        printed.tail());
  }

  /** Cannot be interrupted, because processes would be left. */
  private static void end(Process guard, Path log) {
    try {
      guard.getOutputStream().close();
    } catch (IOException _) {
      // Its other end is closed, so the guard has ended.
    }
    guard.onExit().completeOnTimeout(guard, END.toMillis(), TimeUnit.MILLISECONDS).join();
    if (guard.isAlive()) {
      LOG.warn("{}: its processes cannot be killed; they may still use devices", log);
      guard.destroyForcibly();
    }
  }
}
