package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.file.RegularFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * {@code modules.json} of sentence-transformers: the modules that a model is a row of, each with
 * the folder that holds it ({@code 1_Pooling}, {@code 2_Dense}); the transformer's own is the
 * checkpoint's directory.
 */
final class ModuleList {
  private static final String FILE_NAME = "modules.json";
  private static final int LARGEST = 1 << 20;
  private static final JsonFactory JSON = new JsonFactory();

  private ModuleList() {}

  /**
   * The folders, each with a {@code /} at its end; none where the file is missing or makes no
   * sense, which is for whoever loads the model to say.
   */
  static Set<String> in(Path directory) {
    Path file = directory.resolve(FILE_NAME);
    if (!Files.isRegularFile(file)) {
      return Set.of();
    }
    Set<String> folders = new HashSet<>();
    try (JsonParser parser =
        JSON.createParser(ObjectReadContext.empty(), RegularFiles.bytes(file, LARGEST))) {
      while (parser.nextToken() != null) {
        if (parser.currentToken() == JsonToken.PROPERTY_NAME
            && "path".equals(parser.currentName())
            && parser.nextToken() == JsonToken.VALUE_STRING
            && !parser.getString().isEmpty()) {
          folders.add(parser.getString() + "/");
        }
      }
    } catch (IOException | JacksonException _) {
      return Set.of();
    }
    return folders;
  }
}
