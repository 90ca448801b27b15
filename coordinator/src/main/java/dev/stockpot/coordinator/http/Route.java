package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.http.access.Tokens;
import dev.stockpot.coordinator.http.reply.RefusedRequest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * One method of one address.
 *
 * @param template segments; those in braces stand for any one segment
 */
record Route(HttpMethod method, List<String> template, Admission admission, Handler handler) {

  /** Who is let in. */
  enum Admission {
    /** Anybody; to change something, from a page of this server's or from no page. */
    ANYBODY,
    /**
     * Who shows a token of the API, or the cookie of a session; one that is read-only, where
     * nothing is changed.
     */
    TOKEN,
    /** Who shows the capability of a lease; what it opens is the handler's to find out. */
    CAPABILITY
  }

  /**
   * Answers one request.
   *
   * <p>May throw {@link RefusedRequest}, or complete with one.
   */
  @FunctionalInterface
  interface Handler {
    CompletionStage<HttpResponse> handle(Call call);
  }

  /**
   * A request that has been let in.
   *
   * @param segments those of its path that stand for those in braces, in order
   * @param caller whose token or session was shown; empty where none is asked for
   * @param letIn whether the caller would be let in again at this moment
   */
  record Call(
      HttpRequest request,
      List<String> segments,
      Duty.Active duty,
      Optional<Tokens.Holder> caller,
      BooleanSupplier letIn) {

    Optional<String> header(String name) {
      return request.getHeader(name).map(header -> header.value());
    }
  }

  static Route of(HttpMethod method, String template, Admission admission, Handler handler) {
    return new Route(method, List.of(template.substring(1).split("/")), admission, handler);
  }

  boolean changesSomething() {
    return !method.equals(HttpMethods.GET);
  }

  /** The path as the API's document writes it. */
  String path() {
    return "/" + String.join("/", template);
  }

  /** Segments of the path that stand for those in braces, or empty if it is another path. */
  Optional<List<String>> match(List<String> path) {
    if (path.size() != template.size()) {
      return Optional.empty();
    }
    for (int i = 0; i < path.size(); i++) {
      if (!isVariable(i) && !template.get(i).equals(path.get(i))) {
        return Optional.empty();
      }
    }
    return Optional.of(
        IntStream.range(0, path.size()).filter(this::isVariable).mapToObj(path::get).toList());
  }

  private boolean isVariable(int index) {
    return template.get(index).startsWith("{");
  }
}
