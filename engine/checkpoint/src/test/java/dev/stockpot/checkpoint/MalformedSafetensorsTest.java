package dev.stockpot.checkpoint;

import static dev.stockpot.checkpoint.SafetensorsFixture.file;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way in which a safetensors file can be wrong, and what is said of it. */
class MalformedSafetensorsTest {
  private static final String F = "m.safetensors: ";
  private static final String AGAIN = "; download or export the file again";
  private static final String EXPORT = "; export the file again";

  @ParameterizedTest(name = "{0}")
  @MethodSource({"lengths", "json", "entries", "sizes", "tilings", "metadata"})
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
            "leading zero",
            tensor("\"U8\"", "[01]", "[0,1]", 1),
            F
                + "the header is not valid JSON at byte 37: Invalid numeric value: Leading zeroes not allowed"
                + AGAIN),
        row(
            "nested deeper than 128",
            file("{\"a\":" + "[".repeat(200) + "]".repeat(200) + "}", 0),
            F
                + "the header is not valid JSON: Document nesting depth (129) exceeds the maximum allowed (128)"
                + AGAIN));
  }

  static Stream<Arguments> entries() {
    return Stream.of(
        row(
            "tensor is a number",
            file("{\"a\":1}", 0),
            F
                + "tensor 'a': must be an object with dtype, shape and data_offsets, not a number"
                + EXPORT),
        row(
            "tensor is null",
            file("{\"a\":null}", 0),
            F
                + "tensor 'a': must be an object with dtype, shape and data_offsets, not null"
                + EXPORT),
        row("empty tensor entry", file("{\"a\":{}}", 0), F + "tensor 'a': has no dtype" + EXPORT),
        row(
            "no shape",
            file("{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}", 1),
            F + "tensor 'a': has no shape" + EXPORT),
        row(
            "no data_offsets",
            file("{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}", 1),
            F + "tensor 'a': has no data_offsets" + EXPORT),
        row(
            "same name twice",
            file("{" + A + "," + A + "}", 1),
            F + "tensor 'a': described twice in the header" + EXPORT),
        row(
            "same name twice, once escaped",
            file("{" + A + "," + A.replace("\"a\"", "\"\\u0061\"") + "}", 1),
            F + "tensor 'a': described twice in the header" + EXPORT),
        row(
            "field twice",
            file("{" + A.replace("{", "{\"dtype\":\"U8\",") + "}", 1),
            F + "tensor 'a': has 'dtype' twice" + EXPORT),
        row(
            "half a surrogate pair",
            file("{\"\\ud800\":{}}", 0),
            F
                + "the header is not valid JSON at byte 16: Broken surrogate pair in property name: expected '\\' to start low surrogate, got 0x22"
                + AGAIN),
        row(
            "terminal escape in a name",
            file("{\"\\u001b[2J\":1}", 0),
            F
                + "tensor '\\u001b[2J': must be an object with dtype, shape and data_offsets, not a number"
                + EXPORT),
        row(
            "very long name",
            file("{\"" + "n".repeat(1000) + "\":1}", 0),
            F
                + "tensor '"
                + "n".repeat(200)
                + "… (1000 characters)': must be an object with dtype, shape and data_offsets, not a number"
                + EXPORT),
        row(
            "lower-case dtype",
            tensor("\"bf16\"", "[1]", "[0,2]", 2),
            F + "tensor 'a': unknown dtype 'bf16'; did the writer mean BF16?" + EXPORT),
        row(
            "unknown dtype",
            tensor("\"F7\"", "[1]", "[0,1]", 1),
            F
                + "tensor 'a': unknown dtype 'F7'; known are [BOOL, F4, F6_E2M3, F6_E3M2, U8, I8, F8_E5M2, F8_E4M3, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, I16, U16, F16, BF16, I32, U32, F32, C64, F64, I64, U64]"
                + EXPORT),
        row(
            "dtype is a number",
            tensor("16", "[1]", "[0,2]", 2),
            F + "tensor 'a': dtype must be a string, not a number" + EXPORT),
        row(
            "shape is a number",
            tensor("\"U8\"", "1", "[0,1]", 1),
            F + "tensor 'a': shape must be an array, not a number" + EXPORT),
        row(
            "shape holds a string",
            tensor("\"U8\"", "[\"1\"]", "[0,1]", 1),
            F + "tensor 'a': shape must hold whole numbers, not a string" + EXPORT),
        row(
            "shape holds an array",
            tensor("\"U8\"", "[[1]]", "[0,1]", 1),
            F + "tensor 'a': shape must hold whole numbers, not an array" + EXPORT),
        row(
            "shape with a fraction",
            tensor("\"U8\"", "[1.0]", "[0,1]", 1),
            F + "tensor 'a': shape must hold whole numbers, not 1.0" + EXPORT),
        row(
            "shape with an exponent",
            tensor("\"U8\"", "[1e2]", "[0,100]", 100),
            F + "tensor 'a': shape must hold whole numbers, not 1e2" + EXPORT),
        row(
            "negative dimension",
            tensor("\"U8\"", "[-1]", "[0,1]", 1),
            F + "tensor 'a': shape must not be negative: -1" + EXPORT),
        row(
            "minus zero",
            tensor("\"U8\"", "[-0]", "[0,0]", 0),
            F + "tensor 'a': shape must not be negative: -0" + EXPORT),
        row(
            "dimension of 64 bits",
            tensor("\"U8\"", "[9223372036854775808]", "[0,1]", 1),
            F + "tensor 'a': shape holds a number beyond 63 bits: 9223372036854775808" + EXPORT),
        row(
            "dimension of 30 digits",
            tensor("\"U8\"", "[" + "9".repeat(30) + "]", "[0,1]", 1),
            F
                + "tensor 'a': shape holds a number beyond 63 bits: 999999999999999999999999999999"
                + EXPORT),
        row(
            "one offset",
            tensor("\"U8\"", "[1]", "[0]", 1),
            F + "tensor 'a': data_offsets must be two numbers, not 1" + EXPORT),
        row(
            "three offsets",
            tensor("\"U8\"", "[1]", "[0,1,2]", 1),
            F + "tensor 'a': data_offsets must be two numbers, not 3" + EXPORT),
        row(
            "offset is null",
            tensor("\"U8\"", "[1]", "[0,null]", 1),
            F + "tensor 'a': data_offsets must hold whole numbers, not null" + EXPORT),
        row(
            "negative offset",
            tensor("\"U8\"", "[1]", "[-1,0]", 1),
            F + "tensor 'a': data_offsets must not be negative: -1" + EXPORT));
  }

  static Stream<Arguments> sizes() {
    return Stream.of(
        row(
            "offsets backwards",
            tensor("\"U8\"", "[1]", "[1,0]", 1),
            F + "tensor 'a': data_offsets [1, 0] end before they begin" + EXPORT),
        row(
            "fewer bytes than the shape",
            tensor("\"F32\"", "[2,3]", "[0,20]", 20),
            F + "tensor 'a': data_offsets [0, 20] hold 20 bytes, but F32 [2, 3] needs 24" + EXPORT),
        row(
            "more bytes than the shape",
            tensor("\"BF16\"", "[]", "[0,4]", 4),
            F + "tensor 'a': data_offsets [0, 4] hold 4 bytes, but BF16 [] needs 2" + EXPORT),
        row(
            "half a byte",
            tensor("\"F4\"", "[3]", "[0,2]", 2),
            F + "tensor 'a': F4 [3] is 12 bits, not whole bytes" + EXPORT),
        row(
            "six bits",
            tensor("\"F6_E2M3\"", "[2]", "[0,2]", 2),
            F + "tensor 'a': F6_E2M3 [2] is 12 bits, not whole bytes" + EXPORT),
        row(
            "elements overflow",
            tensor("\"U8\"", "[4294967296,4294967296]", "[0,0]", 0),
            F + "tensor 'a': the size of U8 [4294967296, 4294967296] overflows 63 bits" + EXPORT),
        row(
            "bits overflow",
            tensor("\"F64\"", "[1152921504606846976]", "[0,8]", 8),
            F + "tensor 'a': the size of F64 [1152921504606846976] overflows 63 bits" + EXPORT));
  }

  static Stream<Arguments> tilings() {
    return Stream.of(
        row(
            "truncated",
            tensor("\"U8\"", "[123]", "[0,123]", 100),
            F
                + "the file is truncated: its header describes 123 bytes of tensors, the file has 100; download it again"),
        row(
            "no data at all",
            tensor("\"U8\"", "[123]", "[0,123]", 0),
            F
                + "the file is truncated: its header describes 123 bytes of tensors, the file has 0; download it again"),
        row(
            "bytes at the end",
            tensor("\"U8\"", "[1]", "[0,1]", 4),
            F
                + "the file has 3 bytes after its last tensor: its header describes 1 bytes of tensors, the file has 4; download it again"),
        row(
            "bytes and no tensors",
            file("{}", 9),
            F
                + "the file has 9 bytes after its last tensor: its header describes 0 bytes of tensors, the file has 9; download it again"),
        row(
            "hole at the start",
            tensor("\"U8\"", "[1]", "[2,3]", 3),
            F
                + "tensor 'a': starts at byte 2 of the data, but only 0 bytes lie before it: a hole of 2 bytes"
                + EXPORT),
        row(
            "hole between",
            two("[0,2]", "[3,5]", 5),
            F
                + "tensor 'b': starts at byte 3 of the data, but only 2 bytes lie before it: a hole of 1 bytes"
                + EXPORT),
        row(
            "overlap",
            two("[0,2]", "[1,3]", 3),
            F
                + "tensor 'b': starts at byte 1 of the data, inside tensor 'a', which ends at byte 2"
                + EXPORT),
        row(
            "same bytes twice",
            two("[0,2]", "[0,2]", 2),
            F
                + "tensor 'b': starts at byte 0 of the data, inside tensor 'a', which ends at byte 2"
                + EXPORT),
        row(
            "empty tensor inside another",
            file("{" + entry("a", "[2]", "[0,2]") + "," + entry("z", "[0]", "[1,1]") + "}", 2),
            F
                + "tensor 'z': starts at byte 1 of the data, inside tensor 'a', which ends at byte 2"
                + EXPORT),
        row(
            "offsets beyond the file",
            tensor("\"U8\"", "[1]", "[9000000000000000000,9000000000000000001]", 1),
            "2 problems:"
                + "\n  m.safetensors: tensor 'a': starts at byte 9000000000000000000 of the data, but only 0 bytes lie before it: a hole of 9000000000000000000 bytes; export the file again"
                + "\n  m.safetensors: the file is truncated: its header describes 9000000000000000001 bytes of tensors, the file has 1; download it again"));
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

  private static final String A = entry("a", "[1]", "[0,1]");

  private static String entry(String name, String shape, String offsets) {
    return "\"%s\":{\"dtype\":\"U8\",\"shape\":%s,\"data_offsets\":%s}"
        .formatted(name, shape, offsets);
  }

  private static byte[] tensor(String dtype, String shape, String offsets, int dataBytes) {
    return file(
        "{\"a\":{\"dtype\":%s,\"shape\":%s,\"data_offsets\":%s}}".formatted(dtype, shape, offsets),
        dataBytes);
  }

  private static byte[] two(String a, String b, int dataBytes) {
    return file("{" + entry("a", "[2]", a) + "," + entry("b", "[2]", b) + "}", dataBytes);
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
