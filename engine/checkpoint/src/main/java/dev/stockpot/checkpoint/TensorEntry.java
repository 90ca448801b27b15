package dev.stockpot.checkpoint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
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
  private @Nullable Dtype dtype;
  private @Nullable List<Long> shape;
  private @Nullable List<Long> offsets;
  private @Nullable String problem;

  /** Reads the value at which the parser stands; returns what is wrong with it, or null. */
  @Nullable String read(JsonParser parser) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      note(
          "must be an object with dtype, shape and data_offsets, not "
              + StrictJson.kind(parser.currentToken()));
      parser.skipChildren();
      return problem;
    }
    Set<String> fields = new HashSet<>(4);
    String field;
    while ((field = parser.nextName()) != null) {
      parser.nextToken();
      if (!fields.add(field)) {
        note("has " + Printable.quoted(field) + " twice");
      }
      switch (field) {
        case "dtype" -> dtype = readDtype(parser);
        case "shape" -> shape = readNumbers(parser, "shape");
        case "data_offsets" -> offsets = readNumbers(parser, "data_offsets");
        default -> parser.skipChildren();
      }
    }
    for (String needed : List.of("dtype", "shape", "data_offsets")) {
      if (!fields.contains(needed)) {
        note("has no " + needed);
      }
    }
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

  private long readNumber(JsonParser parser, String field) {
    // Before its value is asked for: a long run of digits would cost a BigInteger.
    if (parser.getStringLength() > 20) {
      note(field + " holds a number beyond 63 bits: " + Printable.text(parser.getString()));
      return 0;
    }
    String digits = parser.getString();
    if (digits.startsWith("-")) {
      note(field + " must not be negative: " + digits);
      return 0;
    }
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      note(field + " holds a number beyond 63 bits: " + digits);
      return 0;
    }
  }

  private void note(String what) {
    if (problem == null) {
      problem = what;
    }
  }
}
