package dev.stockpot.checkpoint.safetensors;

import static dev.stockpot.fixtures.SafetensorsFixture.file;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.problem.CheckpointException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way in which a header can fail to be the JSON it should be, and what is said of it. */
class MalformedHeaderTest {
  private static final String F = "m.safetensors: ";
  private static final String AGAIN = "; download or export the file again";
  private static final String EXPORT = "; export the file again";

  @ParameterizedTest(name = "{0}")
  @MethodSource({"lengths", "json", "metadata"})
  void isRefusedWithItsReason(String wrong, byte[] bytes, String expected) {
    assertThatThrownBy(() -> SafetensorsHeader.parse(bytes, bytes.length, "m.safetensors"))
        .as(wrong)
        .isInstanceOf(CheckpointException.class)
        .hasMessage(expected);
  }

  static Stream<Arguments> lengths() {
    return Stream.of(
        row(
            "empty",
            new byte[0],
            F
                + "is no safetensors file: it has 0 bytes, and the length of the header alone takes 8; download it again"),
        row(
            "seven bytes",
            new byte[7],
            F
                + "is no safetensors file: it has 7 bytes, and the length of the header alone takes 8; download it again"),
        row(
            "length only",
            length(2),
            F
                + "the file is truncated: its header takes 10 bytes, the file has 8; download it again"),
        row(
            "header cut short",
            Arrays.copyOf(file("{\"a\":1}", 0), 12),
            F
                + "the file is truncated: its header takes 15 bytes, the file has 12; download it again"),
        row(
            "length over the limit",
            length(100_000_001),
            F
                + "is no safetensors file: its first 8 bytes give a header of 100000001 bytes, and the format allows at most 100000000"),
        row(
            "length over 63 bits",
            length(-1),
            F
                + "is no safetensors file: its first 8 bytes give a header of 18446744073709551615 bytes, and the format allows at most 100000000"),
        row(
            "another format",
            "PK\3\4 zip archive".getBytes(StandardCharsets.UTF_8),
            F
                + "is no safetensors file: its first 8 bytes give a header of 8100139682727414608 bytes, and the format allows at most 100000000"),
        row("no header", file("", 0), F + "the header is empty" + AGAIN));
  }

  static Stream<Arguments> json() {
    return Stream.of(
        row("only spaces", file("   ", 0), F + "the header is empty" + AGAIN),
        row("array", file("[]", 0), F + "the header is not a JSON object but an array" + AGAIN),
        row(
            "string",
            file("\"{}\"", 0),
            F + "the header is not a JSON object but a string" + AGAIN),
        row("number", file("12", 0), F + "the header is not a JSON object but a number" + AGAIN),
        row(
            "not closed",
            file("{\"a\":{\"dtype\":\"U8\"", 0),
            F
                + "the header is not valid JSON at byte 26: Unexpected end-of-input: expected close marker for Object"
                + AGAIN),
        row(
            "no JSON",
            file("{dtype}", 0),
            F
                + "the header is not valid JSON at byte 9: Unexpected character ('d' (code 100)): was expecting double-quote to start property name"
                + AGAIN),
        row(
            "single quotes",
            file("{'a':{}}", 0),
            F
                + "the header is not valid JSON at byte 9: Unexpected character (''' (code 39)): was expecting double-quote to start property name"
                + AGAIN),
        row(
            "comma at the end",
            file("{\"__metadata__\":{},}", 0),
            F
                + "the header is not valid JSON at byte 27: Unexpected character ('}' (code 125)): was expecting double-quote to start property name"
                + AGAIN),
        row(
            "comment",
            file("{} // done", 0),
            F
                + "the header is not valid JSON at byte 11: Unexpected character ('/' (code 47)): maybe a (non-standard) comment?"
                + AGAIN),
        row(
            "two objects",
            file("{}{}", 0),
            F + "the header goes on after its JSON object, at byte 10" + AGAIN),
        row(
            "text after the object",
            file("{} x", 0),
            F
                + "the header is not valid JSON at byte 11: Unrecognized token 'x': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
                + AGAIN),
        row(
            "NUL padding",
            file("{}\0\0", 0),
            F
                + "the header is not valid JSON at byte 10: Illegal character ((CTRL-CHAR, code 0)): only regular white space (\\r, \\n, \\t) is allowed between tokens"
                + AGAIN),
        row(
            "byte order mark",
            file("\ufeff{}", 0),
            F
                + "the header is not valid JSON at byte 8: Unexpected character ('\\ufeff' (code 65279 / 0xfeff)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
                + AGAIN),
        row(
            "UTF-16",
            utf16("{\"a\":1}"),
            F
                + "the header is not valid JSON at byte 9: Illegal character ((CTRL-CHAR, code 0)): only regular white space (\\r, \\n, \\t) is allowed between tokens"
                + AGAIN),
        row("bad UTF-8", badUtf8("{\"é\":1}"), F + "the header is not UTF-8 at byte 10" + AGAIN),
        row(
            "bad escape",
            file("{\"\\x\":1}", 0),
            F
                + "the header is not valid JSON at byte 11: Unrecognized character escape 'x' (code 120)"
                + AGAIN),
        row(
            "raw line break in a name",
            file("{\"a\nb\":1}", 0),
            F
                + "the header is not valid JSON at byte 11: Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be included in name"
                + AGAIN),
        row(
            "NaN",
            file("{\"a\":NaN}", 0),
            F + "the header is not valid JSON at byte 16: Non-standard token 'NaN'" + AGAIN),
        row(
            "nested deeper than 128",
            file("{\"a\":" + "[".repeat(200) + "]".repeat(200) + "}", 0),
            F
                + "the header is not valid JSON: Document nesting depth (129) exceeds the maximum allowed (128)"
                + AGAIN));
  }

  static Stream<Arguments> metadata() {
    return Stream.of(
        row(
            "metadata is a string",
            file("{\"__metadata__\":\"pt\"}", 0),
            F + "__metadata__: must be an object of strings, not a string" + EXPORT),
        row(
            "metadata holds a number",
            file("{\"__metadata__\":{\"epoch\":3}}", 0),
            F + "__metadata__: 'epoch' must be a string, not a number" + EXPORT),
        row(
            "metadata holds null",
            file("{\"__metadata__\":{\"epoch\":null}}", 0),
            F + "__metadata__: 'epoch' must be a string, not null" + EXPORT),
        row(
            "metadata holds an object",
            file("{\"__metadata__\":{\"a\":{\"b\":\"c\"}}}", 0),
            F + "__metadata__: 'a' must be a string, not an object" + EXPORT),
        row(
            "metadata key twice",
            file("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0),
            F + "__metadata__: 'a' stands there twice" + EXPORT),
        row(
            "metadata twice",
            file("{\"__metadata__\":{},\"__metadata__\":{}}", 0),
            F + "tensor '__metadata__': described twice in the header" + EXPORT),
        row(
            "half a surrogate pair in metadata",
            file("{\"__metadata__\":{\"a\":\"\\ud800\"}}", 0),
            F + "__metadata__: 'a' has half of a surrogate pair" + EXPORT),
        row(
            "three problems at once",
            file("{\"__metadata__\":[],\"a\":1,\"b\":{}}", 0),
            "3 problems:"
                + "\n  m.safetensors: __metadata__: must be an object of strings, not an array; export the file again"
                + "\n  m.safetensors: tensor 'a': must be an object with dtype, shape and data_offsets, not a number; export the file again"
                + "\n  m.safetensors: tensor 'b': has no dtype; export the file again"));
  }

  private static Arguments row(String wrong, byte[] bytes, String expected) {
    return Arguments.of(wrong, bytes, expected);
  }

  private static byte[] length(long n) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(n).array();
  }

  private static byte[] utf16(String json) {
    byte[] text = json.getBytes(StandardCharsets.UTF_16LE);
    return ByteBuffer.allocate(8 + text.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .array();
  }

  private static byte[] badUtf8(String json) {
    byte[] bytes = file(json, 0);
    bytes[11] = (byte) 0xff;
    return bytes;
  }
}
