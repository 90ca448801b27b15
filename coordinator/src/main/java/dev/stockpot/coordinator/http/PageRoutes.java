package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.http.reply.Replies;
import dev.stockpot.coordinator.web.WebFile;
import dev.stockpot.coordinator.web.WebFiles;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * The dashboard's files, for anybody and on a standby too: what they show is asked for by the pages
 * themselves. A page runs this server's scripts and no others, talks to this server only, and
 * stands in no frame.
 */
final class PageRoutes {

  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          WebFiles.POLICY,
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          // Asked about every time: after an update, old and new files would not fit together.
          "Cache-Control",
          "no-cache");

  /** The file at that path, if there is one. */
  Optional<HttpResponse> answer(HttpRequest request, List<String> path) {
    return file(path).map(file -> answer(request, file));
  }

  private static Optional<WebFile> file(List<String> path) {
    if (path.isEmpty()) {
      return Optional.of(WebFiles.page());
    }
    return path.size() == 2 && path.getFirst().equals("assets")
        ? WebFiles.asset(path.getLast())
        : Optional.empty();
  }

  private static HttpResponse answer(HttpRequest request, WebFile file) {
    if (!request.method().equals(HttpMethods.GET)) {
      return Replies.wrongMethod("GET");
    }
    boolean known =
        request
            .getHeader("If-None-Match")
            .filter(header -> header.value().contains(file.tag()))
            .isPresent();
    HttpResponse response =
        known
            ? HttpResponse.create().withStatus(StatusCodes.NOT_MODIFIED)
            : HttpResponse.create()
                .withEntity(
                    HttpEntities.create(
                        ContentTypes.parse(file.type()),
                        file.text().getBytes(StandardCharsets.UTF_8)));
    return response
        .addHeader(RawHeader.create("ETag", file.tag()))
        .addHeaders(
            HEADERS.entrySet().stream()
                .<HttpHeader>map(header -> RawHeader.create(header.getKey(), header.getValue()))
                .toList());
  }
}
