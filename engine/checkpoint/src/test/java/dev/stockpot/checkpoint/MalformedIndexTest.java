package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.problem.CheckpointException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way in which model.safetensors.index.json can be wrong, and what is said of it. */
class MalformedIndexTest {
  private static final String F = "i.json: ";
  private static final String AGAIN = "; download or export the file again";

  record Row(String json, String expected) {}

  @ParameterizedTest
  @MethodSource("rows")
  void isRefusedWithItsReason(Row row) {
    byte[] bytes = row.json().getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> ShardIndex.parse(bytes, "i.json"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(row.expected());
  }

  static Stream<Row> rows() {
    return Stream.of(
        new Row("", F + "the file is empty" + AGAIN),
        new Row("[]", F + "the file is not a JSON object but an array" + AGAIN),
        new Row("{}", F + "has no weight_map; download it again"),
        new Row(
            "{\"weight_map\":{\"a\":\"b",
            F
                + "the file is not valid JSON at byte 21: Unexpected end-of-input: was expecting closing quote for a string value"
                + AGAIN),
        new Row("{\"weight_map\":{}}", F + "weight_map names no tensor; download it again"),
        new Row(
            "{\"weight_map\":[\"a\"]}",
            F + "weight_map must be an object of strings, not an array"),
        new Row("{\"weight_map\":null}", F + "weight_map must be an object of strings, not null"),
        new Row(map("\"a\":1"), F + "tensor 'a': must be mapped to a file name, not to a number"),
        new Row(
            map("\"a\":[\"b.safetensors\"]"),
            F + "tensor 'a': must be mapped to a file name, not to an array"),
        new Row(
            map("\"a\":\"b.safetensors\",\"a\":\"b.safetensors\""), F + "tensor 'a': mapped twice"),
        new Row(
            "{\"weight_map\":{\"a\":\"b.safetensors\"},\"weight_map\":{}}",
            F + "has weight_map twice"),
        new Row(
            map("\"a\":\"../b.safetensors\""),
            F
                + "tensor 'a': mapped to '../b.safetensors', which leads out of the checkpoint; shards lie beside their index, or below it"),
        new Row(
            map("\"a\":\"/etc/b.safetensors\""),
            F
                + "tensor 'a': mapped to '/etc/b.safetensors', which leads out of the checkpoint; shards lie beside their index, or below it"),
        new Row(
            map("\"a\":\"x\\\\b.safetensors\""),
            F + "tensor 'a': mapped to 'x\\b.safetensors', which is no name of a file"),
        new Row(
            map("\"a\":\"x\\u0000.safetensors\""),
            F + "tensor 'a': mapped to 'x\\u0000.safetensors', which is no name of a file"),
        new Row(map("\"a\":\"\""), F + "tensor 'a': mapped to '', which is no .safetensors file"),
        new Row(
            map("\"a\":\"w/../../b.safetensors\""),
            F
                + "tensor 'a': mapped to 'w/../../b.safetensors', which leads out of the checkpoint; shards lie beside their index, or below it"),
        new Row(
            map("\"a\":\"./\""), F + "tensor 'a': mapped to './', which is no .safetensors file"),
        new Row(
            map("\"a\":\".\",\"b\":\"w/b.safetensors\""),
            F + "tensor 'a': mapped to '.', which is no .safetensors file"),
        new Row(
            map("\"a\":\"pytorch_model.bin\""),
            F + "tensor 'a': mapped to 'pytorch_model.bin', which is no .safetensors file"),
        new Row(
            map("\"\\udc00\":\"b.safetensors\""),
            F
                + "the file is not valid JSON at byte 22: Unexpected low surrogate in property name: 0xdc00"
                + AGAIN),
        new Row(
            map("\"a\":1,\"b\":true"),
            "2 problems:"
                + "\n  i.json: tensor 'a': must be mapped to a file name, not to a number"
                + "\n  i.json: tensor 'b': must be mapped to a file name, not to a boolean"));
  }

  private static String map(String entries) {
    return "{\"weight_map\":{" + entries + "}}";
  }
}
