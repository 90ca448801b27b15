package dev.stockpot.checkpoint.safetensors;

import dev.stockpot.checkpoint.file.StrictJson;
import dev.stockpot.checkpoint.problem.Printable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The value of one tensor in a header: {@code {"dtype":…,"shape":[…],"data_offsets":[…,…]}}.
 *
 * <p>Unknown fields are passed over. The first problem is kept, and the rest of the value is read
 * to its end all the same, so that the parser stands at the next tensor.
 */
final class TensorEntry {
  /** Digits of the largest long. */
  private static final int LONG_DIGITS = 19;

  private static final int DTYPE = 1;
  private static final int SHAPE = 2;
  private static final int OFFSETS = 4;

  /**
   * The known fields met, as a sum of bits: a set for each tensor would cost more than the rest.
   */
  private int seen;

  private final Set<String> others;
  private @Nullable Dtype dtype;
  private @Nullable List<Long> shape;
  private @Nullable List<Long> offsets;
  private @Nullable String problem;

  /** Uses {@code others}, which is cleared, for the names of unknown fields. */
  TensorEntry(Set<String> others) {
    this.others = others;
    others.clear();
  }

  /** Reads the value at which the parser stands; returns what is wrong with it, or null. */
  @Nullable String read(JsonParser parser) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      note(
          "must be an object with dtype, shape and data_offsets, not "
              + StrictJson.kind(parser.currentToken()));
      parser.skipChildren();
      return problem;
    }
    String field;
    while ((field = parser.nextName()) != null) {
      parser.nextToken();
      switch (field) {
        case "dtype" -> {
          once(DTYPE, field);
          dtype = readDtype(parser);
        }
        case "shape" -> {
          once(SHAPE, field);
          shape = readNumbers(parser, field);
        }
        case "data_offsets" -> {
          once(OFFSETS, field);
          offsets = readNumbers(parser, field);
        }
        default -> {
          if (!others.add(field)) {
            noteTwice(field);
          }
          parser.skipChildren();
        }
      }
    }
    noteUnlessSeen(DTYPE, "dtype");
    noteUnlessSeen(SHAPE, "shape");
    noteUnlessSeen(OFFSETS, "data_offsets");
    return problem;
  }

  /** Adds the tensor if its bytes are its shape's; returns what is wrong otherwise. */
  @Nullable String addTo(List<TensorHeader> tensors, String name) {
    if (dtype == null || shape == null || offsets == null) {
      return problem;
    }
    if (offsets.size() != 2) {
      return "data_offsets must be two numbers, not " + offsets.size();
    }
    long begin = offsets.get(0);
    long end = offsets.get(1);
    if (end < begin) {
      return "data_offsets " + offsets + " end before they begin";
    }
    long needed;
    try {
      needed = TensorSize.of(dtype, shape).bytes();
    } catch (ArithmeticException e) {
      return e.getMessage();
    }
    if (needed != end - begin) {
      return "data_offsets %s hold %d bytes, but %s %s needs %d"
          .formatted(offsets, end - begin, dtype, Printable.shape(shape), needed);
    }
    tensors.add(new TensorHeader(name, dtype, shape, begin, end));
    return null;
  }

  private @Nullable Dtype readDtype(JsonParser parser) {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      note("dtype must be a string, not " + StrictJson.kind(parser.currentToken()));
      parser.skipChildren();
      return null;
    }
    String name = parser.getString();
    Optional<Dtype> known = Dtype.named(name);
    if (known.isEmpty()) {
      String upper = name.toUpperCase(Locale.ROOT);
      note(
          "unknown dtype "
              + Printable.quoted(name)
              + (Dtype.named(upper).isPresent()
                  ? "; did the writer mean " + upper + "?"
                  : "; known are " + Arrays.toString(Dtype.values())));
    }
    return known.orElse(null);
  }

  private @Nullable List<Long> readNumbers(JsonParser parser, String field) {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      note(field + " must be an array, not " + StrictJson.kind(parser.currentToken()));
      parser.skipChildren();
      return null;
    }
    List<Long> numbers = new ArrayList<>(4);
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      switch (parser.currentToken()) {
        case VALUE_NUMBER_INT -> numbers.add(readNumber(parser, field));
        case VALUE_NUMBER_FLOAT ->
            note(field + " must hold whole numbers, not " + Printable.text(parser.getString()));
        default -> {
          note(field + " must hold whole numbers, not " + StrictJson.kind(parser.currentToken()));
          parser.skipChildren();
        }
      }
    }
    return numbers;
  }

  /** Looks at the characters first: a long run of digits would cost a BigInteger. */
  private long readNumber(JsonParser parser, String field) {
    if (parser.getStringCharacters()[parser.getStringOffset()] == '-') {
      note(field + " must not be negative: " + Printable.text(parser.getString()));
      return 0;
    }
    if (parser.getStringLength() < LONG_DIGITS) {
      return parser.getLongValue();
    }
    if (parser.getStringLength() == LONG_DIGITS) {
      try {
        return Long.parseLong(parser.getString());
      } catch (NumberFormatException _) {
        // Noted below.
      }
    }
    note(field + " holds a number beyond 63 bits: " + Printable.text(parser.getString()));
    return 0;
  }

  private void once(int bit, String field) {
    if ((seen & bit) != 0) {
      noteTwice(field);
    }
    seen |= bit;
  }

  private void noteTwice(String field) {
    note("has " + Printable.quoted(field) + " twice");
  }

  private void noteUnlessSeen(int bit, String field) {
    if ((seen & bit) == 0) {
      note("has no " + field);
    }
  }

  private void note(String what) {
    if (problem == null) {
      problem = what;
    }
  }
}
