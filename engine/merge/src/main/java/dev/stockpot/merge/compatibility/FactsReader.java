package dev.stockpot.merge.compatibility;

import dev.stockpot.checkpoint.config.HfConfig;
import dev.stockpot.checkpoint.file.FirstBytes;
import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.checkpoint.file.Sha256;
import dev.stockpot.checkpoint.problem.Wording;
import dev.stockpot.merge.compatibility.Compatibility.NamedCheckpoint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the facts of one checkpoint. A file that is absent is no fact; one that cannot be read is
 * noted, and the rest goes on. Memory is bounded by the limits below, whatever the files' size.
 */
final class FactsReader {
  private static final int MAX_JSON = 16 << 20;
  private static final int MAX_FRONT_MATTER = 256 << 10;
  private static final JsonMapper JSON = new JsonMapper();

  private final Path directory;
  private final String name;
  private final Optional<HfConfig> config;
  private final List<String> unreadable = new ArrayList<>();

  private FactsReader(NamedCheckpoint checkpoint) {
    Path path = checkpoint.path().toAbsolutePath();
    Path parent = path.getParent();
    this.directory = Files.isRegularFile(path) && parent != null ? parent : path;
    this.name = checkpoint.name();
    this.config = checkpoint.config();
  }

  static CheckpointFacts read(NamedCheckpoint checkpoint) {
    return new FactsReader(checkpoint).facts();
  }

  /** What its model card says; empty also where that cannot be understood. */
  static Optional<ModelCard> card(NamedCheckpoint checkpoint) {
    return new FactsReader(checkpoint).card();
  }

  private CheckpointFacts facts() {
    Map<String, String> tokenizers = new TreeMap<>();
    for (String file : List.of("tokenizer.json", "tokenizer.model")) {
      digest(file).ifPresent(digest -> tokenizers.put(file, digest));
    }
    return new CheckpointFacts(
        name, directory, config, tokenizers, chatTemplate(), card(), unreadable);
  }

  private Optional<String> chatTemplate() {
    return digest("chat_template.jinja")
        .or(() -> json("chat_template.json").flatMap(FactsReader::template))
        .or(() -> json("tokenizer_config.json").flatMap(FactsReader::template));
  }

  /** One template as text, or a list of named ones. */
  private static Optional<String> template(JsonNode settings) {
    JsonNode template = settings.path("chat_template");
    if (template.isString()) {
      return Optional.of(Sha256.hex(template.stringValue()));
    }
    return template.isArray() && !template.isEmpty()
        ? Optional.of(Sha256.hex(template.toString()))
        : Optional.empty();
  }

  private Optional<ModelCard> card() {
    return head("README.md", MAX_FRONT_MATTER)
        .flatMap(bytes -> {
          String text = new String(bytes, StandardCharsets.UTF_8).replace("\r\n", "\n");
          String start = "---\n";
          String card = text.startsWith("\uFEFF") ? text.substring(1) : text;
          if (!card.startsWith(start)) {
            return Optional.empty();
          }
          int end = card.indexOf("\n---", start.length() - 1);
          if (end < 0) {
            unreadable("README.md", "its front matter does not end; close it with '---'");
            return Optional.empty();
          }
          return card(card.substring(start.length(), Math.max(end, start.length())));
        });
  }

  private Optional<ModelCard> card(String frontMatter) {
    try {
      return Optional.of(ModelCard.of(frontMatter));
    } catch (YamlEngineException e) {
      unreadable("README.md", "its front matter is not YAML, so licence and base are unknown");
      return Optional.empty();
    }
  }

  private Optional<JsonNode> json(String file) {
    Optional<byte[]> bytes = head(file, MAX_JSON + 1);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    if (bytes.get().length > MAX_JSON) {
      unreadable(file, "it is larger than 16 MiB");
      return Optional.empty();
    }
    try {
      JsonNode node = JSON.readTree(bytes.get());
      if (node.isObject()) {
        return Optional.of(node);
      }
      unreadable(file, "it is not a JSON object");
    } catch (JacksonException e) {
      String place =
          e.getLocation() == null
              ? ""
              : " (line "
                  + e.getLocation().getLineNr()
                  + ", column "
                  + e.getLocation().getColumnNr()
                  + ")";
      unreadable(file, "it is not JSON" + place);
    }
    return Optional.empty();
  }

  private Optional<byte[]> head(String file, int limit) {
    Path path = directory.resolve(file);
    if (!isFile(file)) {
      return Optional.empty();
    }
    try (InputStream in = RegularFiles.stream(path)) {
      return Optional.of(in.readNBytes(limit));
    } catch (IOException e) {
      unreadable(file, "it cannot be read: " + Wording.quoted(String.valueOf(e.getMessage())));
      return Optional.empty();
    }
  }

  private Optional<String> digest(String file) {
    Path path = directory.resolve(file);
    if (!isFile(file)) {
      return Optional.empty();
    }
    MessageDigest digest = Sha256.digest();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = RegularFiles.stream(path)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
      return Optional.of(Sha256.hex(digest));
    } catch (IOException e) {
      unreadable(file, "it cannot be read: " + Wording.quoted(String.valueOf(e.getMessage())));
      return Optional.empty();
    }
  }

  /** A pipe would wait for its writer for ever, and a Git LFS pointer says nothing of a model. */
  private boolean isFile(String file) {
    Path path = directory.resolve(file);
    if (!Files.isRegularFile(path)) {
      if (Files.exists(path)) {
        unreadable(file, "it is no regular file");
      }
      return false;
    }
    try {
      Optional<String> other = FirstBytes.recognise(path, file);
      other.ifPresent(what -> unreadable(file, "it " + what));
      return other.isEmpty();
    } catch (IOException _) {
      // Whoever reads on meets the same, and says so.
      return true;
    }
  }

  private void unreadable(String file, String reason) {
    unreadable.add(
        file + " of " + Wording.quoted(name) + " says nothing: " + reason + "; check the file");
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
