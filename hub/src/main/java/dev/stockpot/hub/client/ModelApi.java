package dev.stockpot.hub.client;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubException.Kind;
import dev.stockpot.hub.HubFile;
import dev.stockpot.hub.HubReference;
import dev.stockpot.hub.Snapshot;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the hub's API says of models: which commit a revision is, and what lies there. */
final class ModelApi {

  private static final Pattern NEXT = Pattern.compile("<([^>]+)>\\s*;\\s*rel=\"?next\"?");
  private static final int MOST_PAGES = 1_000;
  private static final int MOST_FILES = 200_000;
  private static final JsonMapper JSON = new JsonMapper();

  private final Hub hub;

  ModelApi(Hub hub) {
    this.hub = hub;
  }

  Snapshot resolve(HubReference reference) {
    String repository = reference.repository();
    String about = reference.toString();
    JsonNode model =
        json(
            about,
            hub.api(
                about,
                repository,
                "/api/models/%s/revision/%s"
                    .formatted(repository, Locations.encoded(reference.revision())),
                UnaryOperator.identity()));
    String commit = model.path("sha").asString("");
    String name = model.path("id").asString(repository);
    if (!HubReference.isCommit(commit) || !HubReference.isRepository(name)) {
      throw noHub(about);
    }
    if (model.path("disabled").asBoolean(false)) {
      throw new HubException(
          Kind.REFUSED,
          about + ": the hub has disabled this model; see " + hub.settings().page(name));
    }
    JsonNode gated = model.path("gated");
    return new Snapshot(
        reference,
        name,
        commit,
        files(reference, name, commit),
        licence(model),
        !gated.isMissingNode() && !gated.isNull() && !(gated.isBoolean() && !gated.asBoolean()));
  }

  private static Optional<String> licence(JsonNode model) {
    JsonNode card = model.path("cardData");
    String licence = card.path("license").asString("");
    if (licence.equals("other")) {
      licence = card.path("license_name").asString(licence);
    }
    if (licence.isEmpty()) {
      for (JsonNode tag : model.path("tags")) {
        if (tag.asString("").startsWith("license:")) {
          licence = tag.asString().substring("license:".length());
        }
      }
    }
    return licence.isEmpty() ? Optional.empty() : Optional.of(licence);
  }

  private List<HubFile> files(HubReference reference, String name, String commit) {
    String about = reference.toString();
    List<HubFile> files = new ArrayList<>();
    Optional<String> page =
        Optional.of("/api/models/%s/tree/%s?recursive=true&expand=false".formatted(name, commit));
    for (int i = 0; page.isPresent(); i++) {
      if (i == MOST_PAGES || files.size() > MOST_FILES) {
        throw new HubException(Kind.REFUSED, about + ": it has more files than this program lists");
      }
      HubAnswer answer = hub.api(about, name, page.get(), UnaryOperator.identity());
      JsonNode entries = json(about, answer);
      if (!entries.isArray()) {
        throw noHub(about);
      }
      for (JsonNode entry : entries) {
        if (entry.path("type").asString("").equals("file")) {
          files.add(file(reference, commit, entry));
        }
      }
      page = answer.headers().firstValue("Link").flatMap(this::next);
    }
    files.sort(Comparator.comparing(HubFile::path));
    return files;
  }

  /** The path of the next page, which is the endpoint's own. */
  private Optional<String> next(String link) {
    Matcher next = NEXT.matcher(link);
    if (!next.find()) {
      return Optional.empty();
    }
    String endpoint = hub.settings().endpoint().toString();
    URI address;
    try {
      address = hub.settings().endpoint().resolve(next.group(1));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
    if (address.toString().startsWith(endpoint + "/")) {
      return Optional.of(address.toString().substring(endpoint.length()));
    }
    // A mirror that hands on the hub's own address of the next page.
    return Optional.ofNullable(address.getRawPath())
        .filter(path -> path.startsWith("/") && address.getRawQuery() != null)
        .map(path -> path + "?" + address.getRawQuery());
  }

  private static HubFile file(HubReference reference, String commit, JsonNode entry) {
    String path = entry.path("path").asString("");
    JsonNode large = entry.path("lfs");
    String etag = large.path("oid").asString(entry.path("oid").asString(""));
    long size = large.path("size").asLong(entry.path("size").asLong(-1));
    if (!HubFile.isSafe(path)) {
      throw new HubException(
          Kind.REFUSED,
          "%s: the repository names a file that would lie outside of its directory: %s"
              .formatted(reference, Printable.quoted(path)));
    }
    try {
      return new HubFile(reference.repository(), commit, path, size, etag);
    } catch (IllegalArgumentException e) {
      throw new HubException(
          Kind.REFUSED, "%s: %s: %s".formatted(reference, Printable.text(path), e.getMessage()));
    }
  }

  private JsonNode json(String about, HubAnswer answer) {
    try {
      return JSON.readTree(answer.body());
    } catch (JacksonException _) {
      throw noHub(about);
    }
  }

  private HubException noHub(String about) {
    return new HubException(
        Kind.REFUSED,
        "%s: what answers at %s is no hub; is HF_ENDPOINT right?"
            .formatted(about, hub.settings().endpoint()));
  }
}
