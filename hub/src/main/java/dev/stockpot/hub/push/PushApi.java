package dev.stockpot.hub.push;

import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubException.Kind;
import dev.stockpot.hub.HubException.Refusal;
import dev.stockpot.hub.client.Hub;
import dev.stockpot.hub.client.HubAnswer;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The hub's requests that change a repository. Source: huggingface_hub's {@code hf_api.py}, {@code
 * _commit_api.py} and {@code lfs.py}, and the Git LFS batch API.
 */
final class PushApi {

  private static final String JSON = "application/json";
  private static final String LFS_JSON = "application/vnd.git-lfs+json";
  private static final String PUBLIC_HUB = "https://huggingface.co";
  private static final Set<String> SCHEMES = Set.of("http", "https");
  private static final Duration ANSWER = Duration.ofMinutes(2);

  /** Bytes a second; slower lines are given up. */
  private static final int SLOWEST = 20_000;

  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  private final Hub hub;
  private final String repository;
  private final PushRefusals refusals;

  PushApi(Hub hub, String repository) {
    this.hub = hub;
    this.repository = repository;
    this.refusals = new PushRefusals(hub.settings(), repository);
  }

  /** A branch as it is; empty where there is no such repository or no such branch. */
  Optional<RemoteState> state(String branch) {
    try {
      JsonNode model =
          get("/api/models/%s/revision/%s?blobs=true".formatted(repository, segment(branch)));
      Map<String, String> digests = new HashMap<>();
      for (JsonNode file : model.path("siblings")) {
        String own = file.path("blobId").asString("");
        digests.put(
            file.path("rfilename").asString(""), file.path("lfs").path("sha256").asString(own));
      }
      return Optional.of(
          new RemoteState(
              Optional.of(model.path("sha").asString("")).filter(sha -> !sha.isEmpty()),
              model.path("private").asBoolean(false),
              digests));
    } catch (HubException e) {
      if (e.status() == NOT_FOUND
          || e.refusal().flatMap(Refusal::code).filter("RepoNotFound"::equals).isPresent()) {
        return Optional.empty();
      }
      throw refusals.of("look at it", e);
    }
  }

  /** Makes the repository; one that came into being meanwhile is as good. */
  void create(boolean open) {
    Map<String, Object> wanted = new LinkedHashMap<>();
    wanted.put("type", "model");
    wanted.put("name", repository.substring(repository.indexOf('/') + 1));
    wanted.put("organization", repository.substring(0, repository.indexOf('/')));
    wanted.put("visibility", open ? "public" : "private");
    ignoringConflict("create it", () -> post("/api/repos/create", JSON, wanted));
  }

  /** Makes a branch that begins where main is. */
  void createBranch(String branch) {
    ignoringConflict(
        "create the branch " + branch,
        () ->
            post(
                "/api/models/%s/branch/%s".formatted(repository, segment(branch)), JSON, Map.of()));
  }

  private void ignoringConflict(String what, Runnable request) {
    try {
      request.run();
    } catch (HubException e) {
      if (e.status() != CONFLICT) {
        throw refusals.of(what, e);
      }
    }
  }

  /** How the hub wants each of these files: {@code lfs} or {@code regular}. */
  JsonNode preupload(String branch, boolean pullRequest, List<Map<String, Object>> files) {
    String path =
        "/api/models/%s/preupload/%s%s"
            .formatted(repository, segment(branch), pullRequest ? "?create_pr=1" : "");
    return asking("ask how it wants the files", () -> post(path, JSON, Map.of("files", files)))
        .path("files");
  }

  /** What to do to give the hub large files: see {@link LfsAction}. */
  JsonNode batch(Optional<String> branch, List<LargeFile> files) {
    Map<String, Object> wanted = new LinkedHashMap<>();
    wanted.put("operation", "upload");
    wanted.put("transfers", List.of("basic", "multipart"));
    wanted.put("hash_algo", "sha256");
    wanted.put(
        "objects",
        files.stream()
            .map(file -> Map.of("oid", file.sha256(), "size", file.file().size()))
            .toList());
    branch.ifPresent(name -> wanted.put("ref", Map.of("name", name)));
    return asking(
            "ask where to send the files",
            () -> post("/%s.git/info/lfs/objects/batch".formatted(repository), LFS_JSON, wanted))
        .path("objects");
  }

  /**
   * Makes the commit, of lines of JSON. One that opens a pull request is not sent again where it
   * may have been taken: there would be two.
   */
  JsonNode commit(String branch, boolean pullRequest, byte[] lines) {
    String path =
        "/api/models/%s/commit/%s%s"
            .formatted(repository, segment(branch), pullRequest ? "?create_pr=1" : "");
    UnaryOperator<HttpRequest.Builder> shape =
        request ->
            request
                .timeout(patience(lines.length))
                .header("Content-Type", "application/x-ndjson")
                .POST(BodyPublishers.ofByteArray(lines));
    return asking(
        "commit",
        () ->
            json(
                pullRequest
                    ? hub.once(repository, repository, path, shape)
                    : hub.api(repository, repository, path, shape)));
  }

  /** Tells an address of the hub something, which ends an upload. */
  void tell(String what, URI address, Object said) {
    byte[] body = JsonMapper.shared().writeValueAsBytes(said);
    var _ =
        asking(
            what,
            () ->
                hub.elsewhere(
                    repository,
                    repository,
                    address,
                    request ->
                        request
                            .timeout(patience(body.length))
                            .header("Accept", LFS_JSON)
                            .header("Content-Type", LFS_JSON)
                            .POST(BodyPublishers.ofByteArray(body))));
  }

  /**
   * Sends bytes to an address that the hub handed out.
   *
   * @throws HubException with its status, where that refuses them
   */
  HubAnswer put(String what, URI address, UnaryOperator<HttpRequest.Builder> shape) {
    return hub.elsewhere(repository + ": " + what, repository, address, shape);
  }

  /** The limit counts from the first byte that is sent on, and what is changed takes time. */
  private static Duration patience(int bytes) {
    return ANSWER.plusSeconds(bytes / SLOWEST);
  }

  /**
   * An address as it is reached: a mirror hands on the hub's own.
   *
   * @throws IllegalArgumentException if it is none of HTTP's
   */
  URI address(String href) {
    String endpoint = hub.settings().endpoint().toString();
    URI address =
        URI.create(
            href.startsWith(PUBLIC_HUB + "/")
                ? endpoint + href.substring(PUBLIC_HUB.length())
                : href);
    if (address.getHost() == null || !SCHEMES.contains(String.valueOf(address.getScheme()))) {
      throw new IllegalArgumentException("no address of a server");
    }
    return address;
  }

  String page() {
    return hub.settings().page(repository);
  }

  private interface Asking<T> {
    T ask();
  }

  private <T> T asking(String what, Asking<T> request) {
    try {
      return request.ask();
    } catch (HubException e) {
      throw refusals.of(what, e);
    }
  }

  private JsonNode get(String path) {
    return json(hub.api(repository, repository, path, UnaryOperator.identity()));
  }

  private JsonNode post(String path, String type, Object said) {
    byte[] body = JsonMapper.shared().writeValueAsBytes(said);
    return json(
        hub.api(
            repository,
            repository,
            path,
            request ->
                request
                    .timeout(patience(body.length))
                    .header("Accept", type)
                    .header("Content-Type", type)
                    .POST(BodyPublishers.ofByteArray(body))));
  }

  private JsonNode json(HubAnswer answer) {
    try {
      return JsonMapper.shared().readTree(answer.body());
    } catch (JacksonException _) {
      throw new HubException(
          Kind.REFUSED,
          "%s: what answers at %s is no hub; is HF_ENDPOINT right?"
              .formatted(repository, hub.settings().endpoint()));
    }
  }

  private static String segment(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
