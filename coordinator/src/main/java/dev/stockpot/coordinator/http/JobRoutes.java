package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.http.Route.Admission;
import dev.stockpot.coordinator.http.Route.Call;
import dev.stockpot.coordinator.http.port.HttpSettings;
import dev.stockpot.coordinator.http.reply.ApiJson;
import dev.stockpot.coordinator.http.reply.RefusedRequest;
import dev.stockpot.coordinator.http.reply.Replies;
import dev.stockpot.coordinator.queue.Answer;
import dev.stockpot.coordinator.queue.JobRequest;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobSubmission;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/** What clients do with jobs. */
final class JobRoutes {

  private final HttpSettings settings;
  private final Bodies bodies;
  private final QueueAsk queue;

  JobRoutes(ActorSystem<?> system, HttpSettings settings) {
    this.settings = settings;
    this.queue = new QueueAsk(system, settings);
    this.bodies = new Bodies(system, settings);
  }

  List<Route> routes() {
    return List.of(
        Route.of(HttpMethods.POST, "/v1/jobs", Admission.TOKEN, this::submit),
        Route.of(HttpMethods.GET, "/v1/jobs", Admission.TOKEN, this::list),
        Route.of(HttpMethods.GET, "/v1/jobs/{id}", Admission.TOKEN, this::get),
        Route.of(
            HttpMethods.DELETE,
            "/v1/jobs/{id}",
            Admission.TOKEN,
            Audit.of("delete", call -> change(call, JobRequest.Delete::new))),
        Route.of(
            HttpMethods.POST,
            "/v1/jobs/{id}/cancel",
            Admission.TOKEN,
            Audit.of("cancel", call -> change(call, JobRequest.Cancel::new))),
        Route.of(
            HttpMethods.POST,
            "/v1/jobs/{id}/retry",
            Admission.TOKEN,
            Audit.of("retry", call -> change(call, JobRequest.Retry::new))),
        Route.of(HttpMethods.GET, "/v1/jobs/{id}/logs", Admission.TOKEN, this::logs),
        Route.of(HttpMethods.GET, "/v1/jobs/{id}/events", Admission.TOKEN, this::events));
  }

  private CompletionStage<HttpResponse> submit(Call call) {
    return bodies.read(call.request()).thenCompose(bytes -> submit(call, named(bytes)));
  }

  /** With an id in any case, so that all that is said of it names the job. */
  private static JobSubmission named(byte[] body) {
    JobSubmission submission = ApiJson.submission(body);
    return submission.id().isPresent()
        ? submission
        : new JobSubmission(
            Optional.of("job-" + UUID.randomUUID()),
            submission.plan(),
            submission.directory(),
            submission.source(),
            submission.priority(),
            submission.replace());
  }

  private CompletionStage<HttpResponse> submit(Call call, JobSubmission submission) {
    return Audit.of(
        call,
        "submit %s, priority %d%s"
            .formatted(
                submission.id().orElseThrow(),
                submission.priority(),
                submission.replace() ? ", to replace its output," : ""),
        queue
            .<Answer<JobRequest.Submitted>>ask(
                call, replyTo -> new JobRequest.Submit(submission, replyTo))
            .thenApply(answer -> {
              JobRequest.Submitted submitted = QueueAsk.value(answer);
              return Replies.json(
                  submitted.created() ? StatusCodes.CREATED : StatusCodes.OK, submitted.job());
            }));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    Set<JobStatus> wanted =
        call.request()
            .getUri()
            .query()
            .get("status")
            .map(JobRoutes::statuses)
            .orElseGet(() -> EnumSet.allOf(JobStatus.class));
    return queue
        .<List<JobView>>ask(call, JobRequest.ListJobs::new)
        .thenApply(jobs ->
            Replies.ok(jobs.stream().filter(job -> wanted.contains(job.status())).toList()));
  }

  private static Set<JobStatus> statuses(String names) {
    Set<JobStatus> statuses = EnumSet.noneOf(JobStatus.class);
    for (String name : names.split(",", -1)) {
      try {
        statuses.add(JobStatus.valueOf(name.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException _) {
        throw RefusedRequest.invalid(
            "unknown status '%s'; the statuses are %s"
                .formatted(name, List.of(JobStatus.values()).toString().toLowerCase(Locale.ROOT)));
      }
    }
    return statuses;
  }

  private CompletionStage<HttpResponse> get(Call call) {
    return change(call, JobRequest.GetJob::new);
  }

  private CompletionStage<HttpResponse> change(
      Call call, BiFunction<String, ActorRef<Answer<JobView>>, JobRequest> request) {
    return queue
        .<Answer<JobView>>ask(call, replyTo -> request.apply(id(call), replyTo))
        .thenApply(answer -> Replies.ok(QueueAsk.value(answer)));
  }

  private CompletionStage<HttpResponse> logs(Call call) {
    long after =
        call.request().getUri().query().get("after").map(text -> count("after", text)).orElse(0L);
    return queue
        .<Answer<List<LogLine>>>ask(
            call, replyTo -> new JobRequest.GetLog(id(call), after, replyTo))
        .thenApply(answer -> Replies.ok(QueueAsk.value(answer)));
  }

  /** Asks first whether there is such a job, for a stream cannot say so by its status any more. */
  private CompletionStage<HttpResponse> events(Call call) {
    long after = call.header("Last-Event-ID").map(text -> count("Last-Event-ID", text)).orElse(0L);
    String id = id(call);
    return queue
        .<Answer<JobView>>ask(call, replyTo -> new JobRequest.GetJob(id, replyTo))
        .thenApply(answer -> {
          JobView known = QueueAsk.value(answer);
          return JobEvents.response(call, settings, known.id(), after);
        });
  }

  private static String id(Call call) {
    String id = call.segments().getFirst();
    if (!id.matches(JobSubmission.ID_PATTERN)) {
      throw new RefusedRequest(
          StatusCodes.NOT_FOUND, "no such job; an id matches " + JobSubmission.ID_PATTERN);
    }
    return id;
  }

  private static long count(String name, String text) {
    if (!text.matches("[0-9]{1,18}")) {
      throw RefusedRequest.invalid(
          "%s is the number of a log line, not '%s'".formatted(name, text));
    }
    return Long.parseLong(text);
  }
}
