package dev.stockpot.coordinator.evaluate;

import dev.stockpot.coordinator.evaluate.EvaluatorCommand.EvaluatorCommandException;
import dev.stockpot.coordinator.evaluate.Scores.ScoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Runs an evaluator for one checkpoint after another, as many at once as there are slots, about in
 * the order in which they are asked for. Each evaluation has a virtual thread of its own; no method
 * blocks. For threads of any kind.
 */
public final class Evaluators {

  private final EvaluatorCommand command;
  private final List<String> guarded;
  private final ScoreFormat format;
  private final BlockingQueue<EvaluatorSlot> free;
  private final Map<EvaluationRequest, Run> running = new HashMap<>();
  private boolean stopped;

  private record Run(Thread thread, CompletableFuture<Evaluation> result) {}

  /**
   * Finds the program, which blocks.
   *
   * @throws EvaluatorCommandException if there is none, or evaluators cannot run on this machine
   */
  public Evaluators(EvaluatorCommand command, ScoreFormat format, List<EvaluatorSlot> slots)
      throws EvaluatorCommandException {
    this(command, format, new ArrayBlockingQueue<>(slots.size(), true, slots));
  }

  private Evaluators(
      EvaluatorCommand command, ScoreFormat format, BlockingQueue<EvaluatorSlot> free)
      throws EvaluatorCommandException {
    this.command = command;
    this.guarded = EvaluatorRun.guarded(command.program());
    this.format = format;
    this.free = free;
  }

  /**
   * Evaluators with another command, which take turns with these at the same slots. Blocks.
   *
   * @throws EvaluatorCommandException if there is no such program
   */
  public Evaluators sharingSlots(EvaluatorCommand other) throws EvaluatorCommandException {
    return new Evaluators(other, format, free);
  }

  /**
   * Evaluates a checkpoint as soon as a slot is free. A request that already runs is not run twice.
   *
   * @return fails only by a bug; whatever an evaluator does is an {@link Evaluation}
   */
  public synchronized CompletionStage<Evaluation> evaluate(EvaluationRequest request) {
    if (stopped) {
      return CompletableFuture.completedStage(new Evaluation.Cancelled());
    }
    return running.computeIfAbsent(request, this::start).result().minimalCompletionStage();
  }

  private Run start(EvaluationRequest request) {
    CompletableFuture<Evaluation> result = new CompletableFuture<>();
    Thread thread =
        Thread.ofVirtual()
            .name("evaluation-" + request.hash())
            .start(() -> {
              try {
                Evaluation evaluation = outcome(request);
                forget(request);
                result.complete(evaluation);
              } catch (RuntimeException | Error e) {
                forget(request);
                result.completeExceptionally(e);
              }
            });
    return new Run(thread, result);
  }

  private synchronized void forget(EvaluationRequest request) {
    running.remove(request);
  }

  /** Ends an evaluation, whose stage completes when its processes have ended. */
  public synchronized void cancel(EvaluationRequest request) {
    Run run = running.get(request);
    if (run != null) {
      run.thread().interrupt();
    }
  }

  /** Cancels everything, and what may come; completes when no process is left. */
  public synchronized CompletionStage<Void> stop() {
    stopped = true;
    running.values().forEach(run -> run.thread().interrupt());
    return CompletableFuture.allOf(
        running.values().stream().map(Run::result).toArray(CompletableFuture[]::new));
  }

  private Evaluation outcome(EvaluationRequest request) {
    try {
      Evaluation evaluation = evaluated(request);
      // Files cannot be read by a thread that was interrupted, which is not the candidate's fault.
      return Thread.interrupted() ? new Evaluation.Cancelled() : evaluation;
    } catch (InterruptedException _) {
      return new Evaluation.Cancelled();
    } catch (IOException e) {
      return new Evaluation.NotEvaluated("the evaluator could not be run: " + e, "");
    }
  }

  private Evaluation evaluated(EvaluationRequest request) throws IOException, InterruptedException {
    Duration pause = command.pause();
    for (int attempt = 1; ; attempt++) {
      EvaluatorRun run = attempt(request, attempt);
      if (run.status().orElse(0) != EvaluatorCommand.TRY_AGAIN) {
        return judged(request, run);
      }
      if (attempt == command.attempts()) {
        return new Evaluation.NotEvaluated(
            "it asked %d times to be tried again (status %d); %s"
                .formatted(attempt, EvaluatorCommand.TRY_AGAIN, said(run)),
            run.logTail());
      }
      rest(pause);
      Duration doubled = pause.multipliedBy(2);
      pause =
          doubled.compareTo(EvaluatorCommand.LONGEST_PAUSE) < 0
              ? doubled
              : EvaluatorCommand.LONGEST_PAUSE;
    }
  }

  /** What the evaluator prints at an attempt, from 1. */
  public static Path log(Path output, int attempt) {
    return output.resolve("evaluator-%d.log".formatted(attempt));
  }

  /** Holds a slot, which others use during pauses. */
  private EvaluatorRun attempt(EvaluationRequest request, int attempt)
      throws IOException, InterruptedException {
    EvaluatorSlot slot = free.take();
    try {
      Files.createDirectories(request.output());
      ScoreFiles.delete(request.output());
      List<String> arguments = new ArrayList<>(guarded);
      arguments.addAll(command.filled(request, slot.visible(System.getenv())));
      return EvaluatorRun.of(
          arguments, command.directory(), slot, log(request.output(), attempt), command.timeout());
    } finally {
      free.add(slot);
    }
  }

  private static void rest(Duration pause) throws InterruptedException {
    try {
      CompletableFuture.runAsync(
              () -> {}, CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS))
          .get();
    } catch (ExecutionException e) {
      throw new AssertionError("nothing was done that could fail", e);
    }
  }

  private Evaluation judged(EvaluationRequest request, EvaluatorRun run) {
    if (run.status().isEmpty()) {
      return new Evaluation.Failed(
          "it took longer than its timeout of " + text(command.timeout()), run.logTail());
    }
    int status = run.status().getAsInt();
    if (status != 0) {
      return new Evaluation.Failed(
          "it ended with status %d%s; %s"
              .formatted(status, status > 128 ? ", as by signal " + (status - 128) : "", said(run)),
          run.logTail());
    }
    try {
      Scores scores = ScoreFiles.read(request.output(), request.categories(), format);
      return new Evaluation.Scored(scores.values(), scores.counts(), run.took());
    } catch (ScoreException e) {
      return new Evaluation.Failed(String.valueOf(e.getMessage()), run.logTail());
    }
  }

  private static String said(EvaluatorRun run) {
    return run.logTail().isEmpty()
        ? "it printed nothing"
        : "its log ends: " + run.logTail().lines().toList().getLast();
  }

  private static String text(Duration duration) {
    return duration.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
  }
}
