package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.http.reply.RefusedRequest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Bytes of a file, as the header {@code Range} of RFC 9110 asks for them: one range, from a byte
 * on.
 *
 * @param end the index after the last byte
 */
record ByteRange(long first, long end) {

  static final ByteRange WHOLE = new ByteRange(0, Long.MAX_VALUE);

  private static final Pattern HEADER = Pattern.compile("bytes=([0-9]{1,18})-([0-9]{1,18})?");

  /**
   * The range that the header's value asks for.
   *
   * @throws RefusedRequest if it is another kind of range
   */
  static ByteRange of(String header) {
    Matcher matcher = HEADER.matcher(header);
    if (!matcher.matches()) {
      throw RefusedRequest.invalid(
          "a range is written 'bytes=FIRST-LAST', and there is one of them");
    }
    long first = Long.parseLong(matcher.group(1));
    long end = matcher.group(2) == null ? Long.MAX_VALUE : Long.parseLong(matcher.group(2)) + 1;
    if (end <= first) {
      throw RefusedRequest.invalid("the range ends before it begins");
    }
    return new ByteRange(first, end);
  }

  /** What a file of that size has of it. */
  ByteRange within(long size) {
    return new ByteRange(Math.min(first, size), Math.min(end, size));
  }

  boolean isEmpty() {
    return first == end;
  }

  long length() {
    return end - first;
  }

  /** The value of the header {@code Content-Range}. */
  String contentRange(long size) {
    return "bytes %d-%d/%d".formatted(first, end - 1, size);
  }
}
