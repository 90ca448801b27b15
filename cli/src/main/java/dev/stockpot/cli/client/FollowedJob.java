package dev.stockpot.cli.client;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.merge.Failure;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.JobView.JobFailure;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Optional;

/**
 * Stays with a job to its end and makes its result the command's. Whoever interrupts stops
 * following, not the job.
 */
final class FollowedJob {

  private final String id;
  private final PrintWriter out;
  private final PrintWriter err;

  FollowedJob(String id, PrintWriter out, PrintWriter err) {
    this.id = id;
    this.out = out;
    this.err = err;
  }

  /**
   * Follows the job.
   *
   * @param json whether standard output has JSON, so that no path is printed there
   * @return the exit status
   */
  int toEnd(JobFollower follower, boolean json) {
    Thread onStop = new Thread(this::tellHowToGoOn);
    Runtime.getRuntime().addShutdownHook(onStop);
    JobView job;
    boolean goesOn;
    try {
      job = follower.follow(id);
    } finally {
      goesOn = stopping(onStop);
    }
    if (!goesOn) {
      return ExitCode.INTERRUPTED;
    }
    tell(job, json);
    return exitCode(job);
  }

  /** False when the process is ending already, and the hook runs. */
  private static boolean stopping(Thread hook) {
    try {
      return Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      return false;
    }
  }

  private void tellHowToGoOn() {
    err.println();
    err.printf(
        "no longer following; the job goes on%n  stockpot watch %s%n  stockpot cancel %s%n",
        id, id);
    err.flush();
  }

  private void tell(JobView job, boolean json) {
    switch (job.status()) {
      case DONE -> {
        if (!json) {
          job.outputs().forEach(path -> out.println(Printable.line(path)));
          out.flush();
        }
      }
      case FAILED -> {
        job.failure().ifPresent(failure -> err.println(Printable.lines(failure.message())));
        if (job.failure().filter(JobFailure::resumable).isPresent()) {
          err.println("What is merged so far is kept; 'stockpot retry " + id + "' goes on.");
        }
      }
      case CANCELLED -> err.println("job " + id + " was cancelled");
      case QUEUED, PLANNING, RUNNING, COMMITTING ->
          throw new IllegalStateException("a job ended in " + job);
    }
    err.flush();
  }

  static int exitCode(JobView job) {
    return switch (job.status()) {
      case DONE -> ExitCode.DONE;
      case FAILED ->
          job.failure().flatMap(FollowedJob::kind).map(ExitCode::of).orElse(ExitCode.FAILED);
      case CANCELLED -> ExitCode.FAILED;
      case QUEUED, PLANNING, RUNNING, COMMITTING ->
          throw new IllegalStateException("not at its end: " + job);
    };
  }

  /** Empty for one that only a newer coordinator knows. */
  private static Optional<Failure.Kind> kind(JobFailure failure) {
    return Arrays.stream(Failure.Kind.values())
        .filter(kind -> kind.name().equalsIgnoreCase(failure.kind()))
        .findFirst();
  }
}
