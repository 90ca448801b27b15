package dev.stockpot.checkpoint.file;

import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/**
 * A JSON document of one object, read as a stream of tokens from strict UTF-8.
 *
 * <p>Jackson's symbol table is off: tensor names do not repeat, and a file made to collide in it
 * must cost no more than any other. Not for several threads.
 */
public final class StrictJson implements AutoCloseable {
  private static final int LONGEST_TEXT = 100_000_000;
  static final String CURE = "; download or export the file again";

  /** Where Jackson's messages speak of its own settings, which is no news to a reader of a file. */
  private static final Pattern SETTINGS =
      Pattern.compile(
          " \\(start marker at \\[.*?]\\)"
              + "| \\(not recognized as one since.*?\\)"
              + "|, from `[^`]*`"
              + "|: enable `[^`]*` to allow");

  private static final JsonFactory STRICT = factory(false);
  private static final JsonFactory PYTHON = factory(true);

  private final byte[] bytes;
  private final int from;
  private final int to;
  private final String file;
  private final String part;
  private final JsonParser parser;

  private StrictJson(
      byte[] bytes, int from, int to, String file, String part, JsonFactory factory) {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
    this.file = file;
    this.part = part;
    this.parser =
        factory.createParser(
            ObjectReadContext.empty(),
            new InputStreamReader(new ByteArrayInputStream(bytes, from, to - from), decoder()));
  }

  /** A safetensors header: the bytes {@code [from, to)} of the file. */
  public static StrictJson header(byte[] bytes, int from, int to, String file) {
    return new StrictJson(bytes, from, to, file, "the header", STRICT);
  }

  /**
   * A whole file.
   *
   * @throws CheckpointException if it is something else than was meant: see {@link FirstBytes}
   */
  public static StrictJson document(byte[] bytes, String file) {
    FirstBytes.requireJson(bytes, file);
    return new StrictJson(bytes, 0, bytes.length, file, "the file", STRICT);
  }

  /** The same of a file written by Python, whose JSON has NaN and Infinity. */
  public static StrictJson pythonDocument(byte[] bytes, String file) {
    FirstBytes.requireJson(bytes, file);
    return new StrictJson(bytes, 0, bytes.length, file, "the file", PYTHON);
  }

  private static JsonFactory factory(boolean python) {
    return JsonFactory.builder()
        .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
        .configure(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS, python)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(128)
                .maxNameLength(LONGEST_TEXT)
                .maxStringLength(LONGEST_TEXT)
                .build())
        .build();
  }

  private static CharsetDecoder decoder() {
    return StandardCharsets.UTF_8
        .newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT);
  }

  /**
   * Checks that the document is one object and nothing after it, and hands the parser to the body
   * at the object's start; the body leaves it at the object's end, unless it stops for a problem of
   * its own.
   *
   * @throws CheckpointException for anything that is not JSON, with the byte where it goes wrong
   */
  public void readObject(Consumer<JsonParser> body) {
    try {
      JsonToken first = parser.nextToken();
      if (first != JsonToken.START_OBJECT) {
        throw problem(
            (first == null ? part + " is empty" : part + " is not a JSON object but " + kind(first))
                + CURE);
      }
      body.accept(parser);
      if (parser.nextToken() != null) {
        throw problem(part + " goes on after its JSON object, at byte " + at() + CURE);
      }
    } catch (JacksonException e) {
      throw notJson(e);
    }
  }

  /** "a string", "a number" and so on, for messages. */
  public static String kind(JsonToken token) {
    return switch (token) {
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT -> "a number";
      case VALUE_NUMBER_FLOAT -> "a decimal number";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NULL -> "null";
      case START_ARRAY -> "an array";
      case START_OBJECT -> "an object";
      default -> token.toString();
    };
  }

  /**
   * Whether every surrogate has its pair; JSON escapes can spell text that UTF-8 cannot. Jackson
   * checks names itself, but not values.
   */
  public static boolean isUnicode(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!Character.isHighSurrogate(text.charAt(i))
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  private CheckpointException problem(String message) {
    return new CheckpointException(Problem.inFile(file, message));
  }

  private long at() {
    return byteOf(parser.currentTokenLocation().getCharOffset());
  }

  private CheckpointException notJson(JacksonException e) {
    CheckpointException shown;
    if (e.getCause() instanceof CharacterCodingException) {
      shown = problem(part + " is not UTF-8 at byte " + byteOf(Long.MAX_VALUE) + CURE);
    } else {
      long chars = e.getLocation() == null ? -1 : e.getLocation().getCharOffset();
      String where = chars < 0 ? "" : " at byte " + byteOf(chars);
      String what = SETTINGS.matcher(e.getOriginalMessage()).replaceAll("");
      shown = problem(part + " is not valid JSON" + where + ": " + Printable.text(what) + CURE);
    }
    shown.initCause(e);
    return shown;
  }

  /** Offset in the file of the n-th character, or of the first byte that is not UTF-8. */
  private long byteOf(long chars) {
    ByteBuffer in = ByteBuffer.wrap(bytes, from, to - from);
    CharsetDecoder decoder = decoder();
    CharBuffer out = CharBuffer.allocate(1 << 12);
    long left = chars;
    while (left > 0) {
      out.clear().limit((int) Math.min(left, out.capacity()));
      CoderResult result = decoder.decode(in, out, true);
      left -= out.position();
      if (result.isError() || !in.hasRemaining() || out.position() == 0) {
        break;
      }
    }
    return in.position();
  }

  @Override
  public void close() {
    parser.close();
  }
}
