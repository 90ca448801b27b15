package dev.stockpot.coordinator.queue;

import dev.stockpot.coordinator.queue.Answer.Reason;
import dev.stockpot.coordinator.queue.Answer.Refused;
import dev.stockpot.coordinator.queue.state.QueueEvent.Submitted;
import dev.stockpot.merge.Failure;
import dev.stockpot.plan.Plan;
import dev.stockpot.plan.paths.AllowedRoots;
import dev.stockpot.plan.paths.RealPaths;
import dev.stockpot.plan.reading.PlanReader;
import dev.stockpot.plan.yaml.InvalidPlanException;
import dev.stockpot.plan.yaml.InvalidPlanException.PlanProblem;
import dev.stockpot.protocol.api.JobSubmission;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Whether a submission may become a job, and what its plans are. Knows no actor. */
final class SubmissionCheck {

  /** More outputs than this make a job that nobody can follow. */
  static final int MAX_PLANS = 1_000;

  private static final int MAX_PLAN = 1 << 20;
  private static final int MAX_PATH = 4_096;
  private static final Pattern ID = Pattern.compile(JobSubmission.ID_PATTERN);

  private final AllowedRoots roots;
  private final List<Path> own;

  /**
   * A check of plans.
   *
   * @param roots where they may read and write
   * @param own what they may not write at, in or above, even there
   */
  SubmissionCheck(AllowedRoots roots, List<Path> own) {
    this.roots = roots;
    this.own = own;
  }

  /** That a submission is no job. */
  static final class RefusedException extends Exception {
    @java.io.Serial private static final long serialVersionUID = 1;

    private final transient Reason reason;
    private final transient List<String> details;

    RefusedException(Reason reason, String message, List<String> details) {
      super(message);
      this.reason = reason;
      this.details = details;
    }

    <T> Refused<T> answer() {
      return new Refused<>(reason, String.valueOf(getMessage()), details);
    }

    /** With its details, for a job's log. */
    Failure failure() {
      String message =
          String.join("\n", Stream.concat(Stream.of(getMessage()), details.stream()).toList());
      return new Failure(Failure.Kind.USER_INPUT, message);
    }
  }

  /** What can be seen without a look at the file system. */
  Optional<Refused<JobRequest.Submitted>> atFirstSight(JobSubmission submission) {
    if (submission.id().filter(id -> !ID.matcher(id).matches()).isPresent()) {
      return invalid(
          "a job's id is lower-case letters, digits, '.', '_' and '-', begins with a letter or a digit, and has at most 63 characters");
    }
    if (submission.plan().length() > MAX_PLAN) {
      return invalid("the plan is larger than 1 MiB; is it a plan?");
    }
    if (submission.directory().length() > MAX_PATH || submission.source().length() > MAX_PATH) {
      return invalid("the directory or the plan's name is longer than 4,096 characters");
    }
    for (String text : List.of(submission.plan(), submission.directory(), submission.source())) {
      if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
        return invalid("the submission holds half of a surrogate pair; send UTF-8");
      }
    }
    try {
      Path directory = Path.of(submission.directory());
      Path source = Path.of(submission.source());
      if (!directory.isAbsolute() || source.toString().isEmpty()) {
        return invalid("the directory must be an absolute path, and the plan's name not empty");
      }
    } catch (InvalidPathException e) {
      return invalid("the directory or the plan's name cannot be a path: " + e.getReason());
    }
    return Optional.empty();
  }

  private static Optional<Refused<JobRequest.Submitted>> invalid(String message) {
    return Optional.of(new Refused<>(Reason.INVALID, message, List.of()));
  }

  private List<Plan> plans(Submitted submitted) throws RefusedException {
    List<Plan> plans;
    try {
      plans =
          PlanReader.parseAny(
              submitted.plan(), Path.of(submitted.source()), Path.of(submitted.directory()), roots);
    } catch (InvalidPlanException e) {
      List<String> details = e.problems().stream().map(PlanProblem::toString).toList();
      throw e.forbidden()
          ? new RefusedException(
              Reason.FORBIDDEN,
              "the plan names paths outside the coordinator's roots (" + roots + ")",
              details)
          : new RefusedException(
              Reason.INVALID, "the plan is wrong in " + places(details.size()), details);
    }
    if (plans.size() > MAX_PLANS) {
      throw new RefusedException(
          Reason.INVALID,
          "the file holds %,d plans; submit at most %,d as one job"
              .formatted(plans.size(), MAX_PLANS),
          List.of());
    }
    for (Plan plan : plans) {
      refuseLinksOut(plan);
    }
    return plans;
  }

  private static String places(int count) {
    return count == 1 ? "one place" : count + " places";
  }

  private void refuseLinksOut(Plan plan) throws RefusedException {
    for (Path input : plan.inputs()) {
      refuseLinkOut(input);
    }
  }

  private void refuseLinkOut(Path checkpoint) throws RefusedException {
    Optional<Path> link = roots.linkOutOf(checkpoint);
    if (link.isPresent()) {
      throw new RefusedException(
          Reason.FORBIDDEN,
          "%s: this link leads out of the coordinator's roots (%s)".formatted(link.get(), roots),
          List.of());
    }
  }

  /**
   * The submission with its outputs. Blocks.
   *
   * @throws RefusedException with all that is wrong
   */
  Submitted read(Submitted unread) throws RefusedException {
    List<Plan> plans = plans(unread);
    List<String> outputs = new ArrayList<>();
    List<String> places = new ArrayList<>();
    for (Plan plan : plans) {
      outputs.add(plan.output().path().toString());
      places.add(place(plan));
    }
    return unread.writing(outputs, places);
  }

  /**
   * One of the plans of an accepted job, if it may still run. Blocks.
   *
   * @throws RefusedException with all that is wrong by now
   */
  Plan plan(Submitted accepted, int index) throws RefusedException {
    Plan plan = plans(accepted).get(index);
    String place = place(plan);
    if (!place.equals(accepted.places().get(index))) {
      throw new RefusedException(
          Reason.CONFLICT,
          "%s: leads to %s now, and led to %s when the plan was accepted; submit it anew"
              .formatted(plan.output().path(), place, accepted.places().get(index)),
          List.of());
    }
    return plan;
  }

  private String place(Plan plan) throws RefusedException {
    try {
      Path place = RealPaths.of(plan.output().path());
      for (Path file : own) {
        Path real = RealPaths.of(file);
        if (real.startsWith(place) || place.startsWith(real)) {
          throw new RefusedException(
              Reason.INVALID,
              "%s: the coordinator keeps files of its own there; choose another output path"
                  .formatted(plan.output().path()),
              List.of());
        }
      }
      return place.toString();
    } catch (IOException e) {
      throw new RefusedException(
          Reason.INVALID,
          "%s: cannot be followed any more: %s".formatted(plan.output().path(), e.getMessage()),
          List.of());
    }
  }
}
