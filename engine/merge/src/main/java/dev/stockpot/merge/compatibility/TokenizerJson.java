package dev.stockpot.merge.compatibility;

import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.checkpoint.file.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * What a {@code tokenizer.json} makes of a text: which token has which id, and how texts are cut
 * into tokens. White space, the order of keys, padding, truncation, the post-processor and the
 * flags of added tokens do not count.
 *
 * <p>Read as a stream; eight bytes are kept of each token.
 */
final class TokenizerJson {
  private static final int MOST_IDS = 1 << 22;
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES).build();

  /** A hash of the token of each id; 0 for none. */
  private long[] tokens = new long[0];

  private final Map<String, String> cutting = new TreeMap<>();

  private TokenizerJson() {}

  /**
   * Reads the file.
   *
   * @throws IOException also if it is no tokenizer: its message says why
   */
  static TokenizerJson read(Path file) throws IOException {
    TokenizerJson tokenizer = new TokenizerJson();
    try (InputStream in = RegularFiles.stream(file);
        JsonParser parser = JSON.createParser(ObjectReadContext.empty(), in)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("it is no JSON object");
      }
      tokenizer.readFields(parser);
    } catch (JacksonException e) {
      throw new IOException("it is not JSON", e);
    }
    return tokenizer;
  }

  /** Whether an id is one token here and another there. */
  boolean contradicts(TokenizerJson other) {
    for (int id = 0; id < Math.min(tokens.length, other.tokens.length); id++) {
      if (tokens[id] != other.tokens[id] && tokens[id] != 0 && other.tokens[id] != 0) {
        return true;
      }
    }
    return false;
  }

  /** A digest of all tokens and their ids. */
  String vocabulary() {
    int length = tokens.length;
    while (length > 0 && tokens[length - 1] == 0) {
      length--;
    }
    MessageDigest digest = Sha256.digest();
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES);
    for (int id = 0; id < length; id++) {
      digest.update(bytes.putLong(0, tokens[id]).array());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** A digest of how texts are cut. */
  String cutting() {
    return cutting.entrySet().stream().map(Map.Entry::toString).collect(Collectors.joining(" "));
  }

  private void readFields(JsonParser parser) throws IOException {
    String field;
    while ((field = parser.nextName()) != null) {
      JsonToken value = parser.nextToken();
      switch (field) {
        case "added_tokens" -> readAddedTokens(parser);
        case "model" -> {
          if (value == JsonToken.START_OBJECT) {
            readModel(parser);
          }
        }
        case "normalizer", "pre_tokenizer", "decoder" -> addCutting(field, parser);
        default -> parser.skipChildren();
      }
    }
  }

  private void readModel(JsonParser parser) throws IOException {
    String field;
    while ((field = parser.nextName()) != null) {
      JsonToken value = parser.nextToken();
      if (field.equals("vocab") && value == JsonToken.START_OBJECT) {
        String token;
        while ((token = parser.nextName()) != null) {
          if (parser.nextToken() == JsonToken.VALUE_NUMBER_INT) {
            put(parser.getLongValue(), token);
          }
          parser.skipChildren();
        }
      } else if (field.equals("vocab") && value == JsonToken.START_ARRAY) {
        readPieces(parser);
      } else {
        addCutting("model." + field, parser);
      }
    }
  }

  /** Unigram: pairs of a piece and its score, whose place is the id. */
  private void readPieces(JsonParser parser) throws IOException {
    MessageDigest scores = Sha256.digest();
    for (long id = 0; parser.nextToken() != JsonToken.END_ARRAY; id++) {
      if (parser.currentToken() != JsonToken.START_ARRAY
          || parser.nextToken() != JsonToken.VALUE_STRING) {
        throw new IOException("its vocabulary has something else than pieces");
      }
      put(id, parser.getString());
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        parser.skipChildren();
        scores.update(FactsReader.utf8(Double.toString(parser.getValueAsDouble())));
      }
    }
    cutting.put("scores", HexFormat.of().formatHex(scores.digest()));
  }

  private void readAddedTokens(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      return;
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw new IOException("its added tokens are no objects");
      }
      long id = -1;
      String content = null;
      String field;
      while ((field = parser.nextName()) != null) {
        JsonToken value = parser.nextToken();
        if (field.equals("id") && value == JsonToken.VALUE_NUMBER_INT) {
          id = parser.getLongValue();
        } else if (field.equals("content") && value == JsonToken.VALUE_STRING) {
          content = parser.getString();
        }
        parser.skipChildren();
      }
      if (content != null && id >= 0) {
        put(id, content);
      }
    }
  }

  private void put(long id, String token) throws IOException {
    if (id < 0 || id >= MOST_IDS) {
      throw new IOException("it gives a token the id " + id);
    }
    if (id >= tokens.length) {
      tokens = Arrays.copyOf(tokens, Math.max((int) id + 1, Math.min(MOST_IDS, tokens.length * 2)));
    }
    byte[] hash = Sha256.digest().digest(FactsReader.utf8(token));
    tokens[(int) id] = ByteBuffer.wrap(hash).getLong();
  }

  /** Null and false are as good as absent; merges are pairs, spelled as text or as arrays. */
  private void addCutting(String field, JsonParser parser) {
    JsonToken value = parser.currentToken();
    if (value == JsonToken.VALUE_NULL || value == JsonToken.VALUE_FALSE) {
      return;
    }
    MessageDigest digest = Sha256.digest();
    if (field.equals("model.merges") && value == JsonToken.START_ARRAY) {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        digest.update(FactsReader.utf8(pair(parser)));
        digest.update((byte) 0);
      }
    } else {
      digest.update(valueDigest(parser));
    }
    cutting.put(field, HexFormat.of().formatHex(digest.digest()));
  }

  private static String pair(JsonParser parser) {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      String text = parser.getString();
      parser.skipChildren();
      return text;
    }
    StringBuilder pair = new StringBuilder();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      pair.append(pair.isEmpty() ? "" : " ").append(parser.getString());
      parser.skipChildren();
    }
    return pair.toString();
  }

  /** The same for objects whose keys stand in another order. */
  private static byte[] valueDigest(JsonParser parser) {
    MessageDigest digest = Sha256.digest();
    switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, byte[]> fields = new TreeMap<>();
        String field;
        while ((field = parser.nextName()) != null) {
          JsonToken value = parser.nextToken();
          byte[] nested = valueDigest(parser);
          if (value != JsonToken.VALUE_NULL && value != JsonToken.VALUE_FALSE) {
            fields.put(field, nested);
          }
        }
        fields.forEach((name, nested) -> {
          digest.update(FactsReader.utf8(name));
          digest.update(nested);
        });
      }
      case START_ARRAY -> {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          digest.update(valueDigest(parser));
        }
      }
      default -> digest.update(FactsReader.utf8(String.valueOf(parser.getString())));
    }
    return digest.digest();
  }
}
