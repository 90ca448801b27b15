package dev.stockpot.checkpoint.safetensors;

import static dev.stockpot.fixtures.SafetensorsFixture.file;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.problem.CheckpointException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way in which a header can be wrong about a tensor, and what is said of it. */
class MalformedTensorTest {
  private static final String F = "m.safetensors: ";
  private static final String AGAIN = "; download or export the file again";
  private static final String EXPORT = "; export the file again";

  @ParameterizedTest(name = "{0}")
  @MethodSource({"entries", "sizes", "tilings"})
  void isRefusedWithItsReason(String wrong, byte[] bytes, String expected) {
    assertThatThrownBy(() -> SafetensorsHeader.parse(bytes, bytes.length, "m.safetensors"))
        .as(wrong)
        .isInstanceOf(CheckpointException.class)
        .hasMessage(expected);
  }

  static Stream<Arguments> entries() {
    return Stream.of(
        row(
            "leading zero",
            tensor("\"U8\"", "[01]", "[0,1]", 1),
            F
                + "the header is not valid JSON at byte 37: Invalid numeric value: Leading zeroes not allowed"
                + AGAIN),
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
}
