package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.history.Historian;
import dev.stockpot.coordinator.history.ViewNews;
import dev.stockpot.coordinator.http.Route.Admission;
import dev.stockpot.coordinator.http.Route.Call;
import dev.stockpot.coordinator.http.port.HttpSettings;
import dev.stockpot.coordinator.http.reply.Pieces;
import dev.stockpot.coordinator.http.reply.RefusedRequest;
import dev.stockpot.coordinator.queue.Answer;
import dev.stockpot.coordinator.queue.JobRequest;
import dev.stockpot.protocol.api.JobSubmission;
import dev.stockpot.protocol.api.JobView;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.util.ByteString;

/** What happens, as tables of rows: as they are, and as they change. */
final class ViewRoutes {

  private final ActorSystem<?> system;
  private final HttpSettings settings;
  private final QueueAsk queue;
  private final Pieces pieces;

  ViewRoutes(ActorSystem<?> system, HttpSettings settings) {
    this.system = system;
    this.settings = settings;
    this.queue = new QueueAsk(system, settings);
    this.pieces = new Pieces(settings.readerTimeout());
  }

  List<Route> routes() {
    return List.of(
        Route.of(
            HttpMethods.GET,
            "/v1/views/{view}",
            Admission.TOKEN,
            call -> rows(call, ViewRoutes::view)),
        Route.of(
            HttpMethods.GET,
            "/v1/views/{view}/events",
            Admission.TOKEN,
            call -> events(call, ViewRoutes::view)),
        Route.of(
            HttpMethods.GET,
            "/v1/jobs/{id}/view",
            Admission.TOKEN,
            call -> rows(call, ViewRoutes::job)),
        Route.of(
            HttpMethods.GET,
            "/v1/jobs/{id}/view/events",
            Admission.TOKEN,
            call -> events(call, ViewRoutes::job)),
        Route.of(HttpMethods.GET, "/v1/jobs/{id}/report", Admission.TOKEN, this::report));
  }

  /** It may not do what a page of ours may, whatever it holds. */
  private CompletionStage<HttpResponse> report(Call call) {
    String view = job(call);
    String job = call.segments().getFirst();
    return this.<Historian.Report>ask(call, replyTo -> new Historian.GetReport(job, replyTo))
        .thenApply(report ->
            HttpResponse.create()
                .addHeader(RawHeader.create("Content-Security-Policy", "sandbox allow-scripts"))
                .addHeader(RawHeader.create("X-Content-Type-Options", "nosniff"))
                .withEntity(
                    pieces.entity(
                        ContentTypes.TEXT_HTML_UTF8,
                        ByteString.fromArrayUnsafe(
                            report.page().orElseThrow(() -> noSuchReport(view))))));
  }

  /** One of the views that are no job's. */
  private static String view(Call call) {
    String view = call.segments().getFirst();
    if (!view.matches("[a-z]+")) {
      throw noSuchView(view);
    }
    return view;
  }

  private static String job(Call call) {
    String id = call.segments().getFirst();
    if (!id.matches(JobSubmission.ID_PATTERN)) {
      throw noSuchView(Historian.JOB + id);
    }
    return Historian.JOB + id;
  }

  private CompletionStage<HttpResponse> rows(Call call, Function<Call, String> named) {
    String view = named.apply(call);
    Optional<String> after = call.request().getUri().query().get("after");
    return has(call, view)
        .thenCompose(
            _ -> this.<ViewNews>ask(call, replyTo -> new Historian.GetRows(view, after, replyTo)))
        .thenApply(news ->
            switch (news) {
              case ViewNews.Rows rows ->
                  HttpResponse.create()
                      .withEntity(pieces.entity(ContentTypes.APPLICATION_JSON, rows.json()));
              case ViewNews.NoSuchView _ -> throw noSuchView(view);
              case ViewNews.NotShown _ -> throw notShown();
            });
  }

  /** Asks first whether there is such a view, for a stream cannot say so by its status any more. */
  private CompletionStage<HttpResponse> events(Call call, Function<Call, String> named) {
    String view = named.apply(call);
    Optional<String> after =
        call.header("Last-Event-ID").or(() -> call.request().getUri().query().get("after"));
    return has(call, view)
        .thenApply(known -> {
          if (!known) {
            throw noSuchView(view);
          }
          return ViewEvents.response(call, settings, view, after);
        });
  }

  /**
   * Whether there is such a view. A coordinator that has just begun is still reading which jobs
   * there are: the queue, once it answers, has told the historian of all of them.
   */
  private CompletionStage<Boolean> has(Call call, String view) {
    return known(call, view)
        .thenCompose(known ->
            known || !view.startsWith(Historian.JOB)
                ? CompletableFuture.completedStage(known)
                : queue
                    .<Answer<JobView>>ask(
                        call,
                        replyTo ->
                            new JobRequest.GetJob(view.substring(Historian.JOB.length()), replyTo))
                    .thenCompose(_ -> known(call, view)));
  }

  private CompletionStage<Boolean> known(Call call, String view) {
    return ask(call, replyTo -> new Historian.HasView(view, replyTo));
  }

  private <T> CompletionStage<T> ask(
      Call call, org.apache.pekko.japi.function.Function<ActorRef<T>, Historian.Command> question) {
    return QueueAsk.inTime(
        AskPattern.ask(
            call.duty().historian(), question, settings.answerTimeout(), system.scheduler()),
        settings);
  }

  private static RefusedRequest noSuchReport(String view) {
    return new RefusedRequest(
        StatusCodes.NOT_FOUND,
        "there is no report of a job '%s', or its file cannot be read; the coordinator's log says which"
            .formatted(view.substring(Historian.JOB.length())));
  }

  private static RefusedRequest notShown() {
    return new RefusedRequest(
        StatusCodes.INTERNAL_SERVER_ERROR,
        "the view cannot be shown, and that is a fault of the coordinator's; its log says more");
  }

  private static RefusedRequest noSuchView(String view) {
    return new RefusedRequest(
        StatusCodes.NOT_FOUND,
        view.startsWith(Historian.JOB)
            ? "there is no job '%s'".formatted(view.substring(Historian.JOB.length()))
            : "there is no view '%s'; there are overview, jobs, workers and actors"
                .formatted(view));
  }
}
