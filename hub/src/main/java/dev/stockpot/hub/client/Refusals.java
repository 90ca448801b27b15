package dev.stockpot.hub.client;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubException.Kind;
import dev.stockpot.hub.HubSettings;
import dev.stockpot.hub.HubToken;
import java.net.http.HttpResponse;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** What the hub's refusals mean, and what to do: by its status and its error headers. */
final class Refusals {

  private static final String BAD_TOKEN = "Invalid credentials in Authorization header";
  private static final String DISABLED = "Access to this resource is disabled.";

  private static final JsonMapper JSON = new JsonMapper();

  private final HubSettings settings;

  Refusals(HubSettings settings) {
    this.settings = settings;
  }

  /**
   * The answer as a mistake.
   *
   * @param about the model, and the file where it is about one: what the message begins with
   * @param repository whose page to visit
   * @param isEndpoint whether the hub itself says so, and not a host that it handed on to
   */
  HubException of(
      HttpResponse<StreamedBody> response,
      byte[] body,
      String about,
      String repository,
      boolean isEndpoint) {
    int status = response.statusCode();
    Optional<String> code = response.headers().firstValue("X-Error-Code").map(Printable::text);
    Optional<String> said =
        response
            .headers()
            .firstValue("X-Error-Message")
            .or(() -> error(body))
            .filter(text -> !text.isBlank())
            .map(Printable::text);
    String page = settings.page(repository);
    String words =
        switch (isEndpoint ? code.orElse("") : "ELSEWHERE") {
          case "ELSEWHERE" -> response.uri().getHost() + ", where the hub led to, refuses";
          case "GatedRepo" -> gated(page);
          case "RevisionNotFound" ->
              "there is no such branch, tag or commit; those that are stand at "
                  + page
                  + "/tree/main";
          case "EntryNotFound" ->
              "the file is not there at this commit; see " + page + "/tree/main";
          case "RepoNotFound" -> missing(page);
          default -> byStatus(status, said.orElse(""), page);
        };
    return new HubException(
        Kind.REFUSED,
        about + ": " + words + told(status, code, said),
        new HubException.Refusal(status, code, said));
  }

  private static Optional<String> error(byte[] body) {
    try {
      String error = JSON.readTree(body).path("error").asString("");
      return error.isEmpty() ? Optional.empty() : Optional.of(error);
    } catch (JacksonException _) {
      return Optional.empty();
    }
  }

  private String byStatus(int status, String said, String page) {
    if (said.equals(DISABLED)) {
      return "the hub has disabled this model; see " + page;
    }
    return switch (status) {
      case 401 -> said.equals(BAD_TOKEN) ? badToken() : missing(page);
      case 403 ->
          "access is forbidden; see "
              + page
              + ", and whether the token may read it: "
              + settings.token();
      case 404 -> missing(page);
      case 451 -> "not available for legal reasons; see " + page;
      case 400 -> "the hub does not understand the request";
      case 409, 412 -> "somebody else changed it at the same time; try again";
      case 413 -> "it is larger than the hub takes";
      default -> "the hub at " + settings.endpoint() + " does not do it";
    };
  }

  private String gated(String page) {
    String first = "the model is gated: visit " + page + ", log in and accept its terms";
    return settings.token().isPresent()
        ? first + " with the account of " + settings.token() + ", then try again"
        : first + ", then give a token of that account: " + howToGive();
  }

  private String missing(String page) {
    String first = "there is no model of this name that may be read (" + page + "); ";
    return settings.token().isPresent()
        ? first + "check the name, and whether the account of " + settings.token() + " may see it"
        : first + "check the name; if it is private or gated, give a token: " + howToGive();
  }

  private String badToken() {
    return "the hub knows no such token as "
        + settings.token()
        + "; make a new one at "
        + settings.endpoint()
        + "/settings/tokens";
  }

  private String howToGive() {
    HubToken token = settings.token();
    return "HF_TOKEN, or 'hf auth login' (" + token.origin() + ")";
  }

  private static String told(int status, Optional<String> code, Optional<String> said) {
    return " (status "
        + status
        + code.map(each -> ", " + each).orElse("")
        + said.map(each -> ": " + each).orElse("")
        + ")";
  }
}
