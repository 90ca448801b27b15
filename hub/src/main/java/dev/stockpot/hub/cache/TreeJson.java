package dev.stockpot.hub.cache;

import dev.stockpot.hub.HubFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a repository holds at a commit, as huggingface_hub writes it down in {@code
 * trees/COMMIT.json}; ours, in {@code trees/COMMIT.stockpot.json}, does not know the Git blobs of
 * large files.
 */
final class TreeJson {

  private static final int VERSION = 1;
  private static final JsonMapper JSON = new JsonMapper();

  private TreeJson() {}

  static byte[] write(List<HubFile> files) {
    ObjectNode tree = JSON.createObjectNode();
    tree.put("format_version", VERSION);
    ObjectNode entries = tree.putObject("files");
    for (HubFile file : files) {
      ObjectNode entry = entries.putObject(file.path());
      entry.put("size", file.size());
      entry.put("blob_id", file.etag());
      file.sha256()
          .ifPresent(digest -> entry.put("lfs_sha256", digest).put("lfs_size", file.size()));
    }
    return JSON.writeValueAsBytes(tree);
  }

  /** Empty where the bytes are of another version, or make no sense. */
  static Optional<List<HubFile>> read(byte[] bytes, String repository, String commit) {
    try {
      JsonNode tree = JSON.readTree(bytes);
      if (tree.path("format_version").asInt(0) != VERSION || !tree.path("files").isObject()) {
        return Optional.empty();
      }
      List<HubFile> files = new ArrayList<>();
      for (Map.Entry<String, JsonNode> each : tree.path("files").properties()) {
        JsonNode entry = each.getValue();
        long size = entry.path("lfs_size").asLong(entry.path("size").asLong(-1));
        String etag = entry.path("lfs_sha256").asString(entry.path("blob_id").asString(""));
        files.add(new HubFile(repository, commit, each.getKey(), size, etag));
      }
      return Optional.of(files);
    } catch (JacksonException | IllegalArgumentException _) {
      return Optional.empty();
    }
  }
}
