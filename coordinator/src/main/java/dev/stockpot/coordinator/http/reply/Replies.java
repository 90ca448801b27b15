package dev.stockpot.coordinator.http.reply;

import dev.stockpot.protocol.api.ApiError;
import java.util.List;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCode;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** Answers as JSON. */
public final class Replies {

  private Replies() {}

  public static HttpResponse ok(Object value) {
    return json(StatusCodes.OK, value);
  }

  public static HttpResponse json(StatusCode status, Object value) {
    return HttpResponse.create()
        .withStatus(status)
        .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, ApiJson.bytes(value)));
  }

  public static HttpResponse error(RefusedRequest refused) {
    HttpResponse response = json(refused.status(), refused.error());
    return refused.status().equals(StatusCodes.UNAUTHORIZED)
        ? response.addHeader(RawHeader.create("WWW-Authenticate", "Bearer realm=\"stockpot\""))
        : response;
  }

  /** The address takes other methods. */
  public static HttpResponse wrongMethod(String allowed) {
    return error(StatusCodes.METHOD_NOT_ALLOWED, "this address takes " + allowed)
        .addHeader(RawHeader.create("Allow", allowed));
  }

  public static HttpResponse error(StatusCode status, String message) {
    return json(status, new ApiError(message, List.of()));
  }
}
