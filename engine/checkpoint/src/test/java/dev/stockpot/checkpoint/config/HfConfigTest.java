package dev.stockpot.checkpoint.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.safetensors.Dtype;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HfConfigTest {
  private static HfConfig parse(String json) {
    return HfConfig.parse(json.getBytes(UTF_8), "config.json");
  }

  private static String rewritten(String json, Dtype dtype) {
    return new String(
        HfConfig.adapted(json.getBytes(UTF_8), Optional.of(dtype), false, "config.json"), UTF_8);
  }

  private static String untied(String json) {
    return new String(
        HfConfig.adapted(json.getBytes(UTF_8), Optional.empty(), true, "config.json"), UTF_8);
  }

  @Test
  void theFactsOfALanguageModelAreRead() {
    assertThat(
            parse(
                """
                {
                  "_name_or_path": "meta-llama/Llama-3.1-8B",
                  "architectures": ["LlamaForCausalLM"],
                  "hidden_size": 4096,
                  "model_type": "llama",
                  "num_hidden_layers": 32,
                  "rope_scaling": {"type": "llama3", "vocab_size": 7},
                  "time_step_limit": [0.0, Infinity, -Infinity, NaN],
                  "tie_word_embeddings": false,
                  "torch_dtype": "bfloat16",
                  "vocab_size": 128256
                }
                """))
        .isEqualTo(
            new HfConfig(
                List.of("LlamaForCausalLM"),
                "llama",
                null,
                "bfloat16",
                false,
                128256L,
                4096L,
                32L,
                "meta-llama/Llama-3.1-8B",
                false,
                Map.ofEntries(
                    Map.entry("_name_or_path", "meta-llama/Llama-3.1-8B"),
                    Map.entry("architectures", "[LlamaForCausalLM]"),
                    Map.entry("hidden_size", "4096"),
                    Map.entry("model_type", "llama"),
                    Map.entry("num_hidden_layers", "32"),
                    Map.entry("rope_scaling.type", "llama3"),
                    Map.entry("rope_scaling.vocab_size", "7"),
                    Map.entry("time_step_limit", "[0, Infinity, -Infinity, NaN]"),
                    Map.entry("tie_word_embeddings", "false"),
                    Map.entry("torch_dtype", "bfloat16"),
                    Map.entry("vocab_size", "128256"))));
  }

  @Test
  void whatIsNotSaidIsNull() {
    HfConfig nothing =
        new HfConfig(List.of(), null, null, null, null, null, null, null, null, false, Map.of());
    assertThat(parse("{}")).isEqualTo(nothing);
    assertThat(
            parse(
                "{\"architectures\":null,\"dtype\":null,\"vocab_size\":null,"
                    + "\"quantization_config\":null,\"text_config\":null}"))
        .usingRecursiveComparison()
        .ignoringFields("settings")
        .isEqualTo(nothing);
  }

  @Test
  void aNestedTextConfigFillsWhatTheTopDoesNotSay() {
    HfConfig config =
        parse(
            """
            {"model_type": "gemma3", "dtype": "float16", "torch_dtype": "float32",
             "text_config": {"model_type": "gemma3_text", "vocab_size": 10, "hidden_size": 20,
                             "num_hidden_layers": 3, "quantization_config": {"bits": 4}},
             "vision_config": {"hidden_size": 99}}
            """);
    assertThat(config.modelType()).isEqualTo("gemma3");
    assertThat(config.dtype()).isEqualTo("float16");
    assertThat(config.vocabSize()).isEqualTo(10);
    assertThat(config.hiddenSize()).isEqualTo(20);
    assertThat(config.quantized()).isTrue();
  }

  @Test
  void everyFactOfTheWrongTypeIsNamed() {
    assertThatThrownBy(() ->
            parse(
                "{\"vocab_size\":\"7\",\"hidden_size\":1.5,\"model_type\":[],\"_name_or_path\":[],"
                    + "\"architectures\":\"A\",\"tie_word_embeddings\":1,"
                    + "\"text_config\":{\"num_hidden_layers\":-1},\"model_type\":\"x\"}"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            """
            7 problems:
              config.json: 'model_type' stands there twice
              config.json: architectures must be an array of strings, not a string
              config.json: tie_word_embeddings must be true or false, not a number
              config.json: vocab_size must be a whole number, not a string
              config.json: hidden_size must be a whole number, not a decimal number
              config.json: text_config.num_hidden_layers is out of range: -1
              config.json: _name_or_path must be a string, not an array\
            """);
  }

  @Test
  void whatIsNotJsonSaysWhere() {
    assertThatThrownBy(() -> parse("{\n  \"vocab_size\": 1,\n}"))
        .hasMessage(
            "config.json: the file is not valid JSON at byte 21: Unexpected character ('}' (code"
                + " 125)): was expecting double-quote to start property name; download or export"
                + " the file again");
  }

  @Test
  void aByteOrderMarkIsNamed() {
    assertThatThrownBy(() -> parse("\uFEFF{}"))
        .hasMessageStartingWith("config.json: begins with a UTF-8 byte order mark");
  }

  @ParameterizedTest
  @CsvSource({
    "1e-05, 0.00001",
    "0.000010, 0.00001",
    "500000.0, 500000",
    "5E5, 500000",
    "-0.0, 0",
    "1e999999999999, 1e999999999999",
    "1e300, 1E+300",
    "Infinity, Infinity",
    "{\"__float__\": \"-Infinity\"}, -Infinity"
  })
  void equalNumbersAreSpelledAlike(String number, String value) {
    assertThat(parse("{\"x\": " + number + "}").settings()).containsExactly(Map.entry("x", value));
  }

  @Test
  void nestedSettingsHaveTheirPathsAndArraysAreOneValue() {
    assertThat(
            parse(
                    """
                    {"a": {"b": {"c": null}, "d": {}}, "e": [1.0, "x", [true], {"z": 1, "y": 2}]}
                    """)
                .settings())
        .containsExactly(Map.entry("a.b.c", "null"), Map.entry("e", "[1, x, [true], {y=2, z=1}]"));
  }

  @Test
  void ofEqualKeysFarDownTheLastHolds() {
    assertThat(parse("{\"id2label\": {\"1\": \"a\", \"1\": \"b\"}}").settings())
        .containsExactly(Map.entry("id2label.1", "b"));
  }

  @Test
  void whatHasTooManyValuesIsNoConfig() {
    assertThatThrownBy(() -> parse("{\"a\": [" + "1,".repeat(500_000) + "1]}"))
        .hasMessage("config.json: is no model config: it has more than 500,000 values");
  }

  @ParameterizedTest
  @CsvSource({"BF16,bfloat16", "F16,float16", "F32,float32", "F64,float64"})
  void theDtypeIsReplacedAndNothingElse(Dtype dtype, String name) {
    String before =
        """
        { "é": 1.50, "torch_dtype" :  "float8" , "z":[1e3,{"dtype":"int"}],
          "text_config": {"torch_dtype": "float8", "dtype": null}, "😀": {},
          "quantization_config": {"dtype": "int4"}, "dtype": null}
        """;
    assertThat(rewritten(before, dtype))
        .isEqualTo(
            """
            { "é": 1.50, "torch_dtype" :  "%s" , "z":[1e3,{"dtype":"int"}],
              "text_config": {"torch_dtype": "%s", "dtype": null}, "😀": {},
              "quantization_config": {"dtype": "int4"}, "dtype": "%s"}
            """
                .formatted(name, name, name));
  }

  @Test
  void aMissingDtypeIsAddedInTheFilesOwnStyle() {
    assertThat(rewritten("{\n    \"a\": 1\n}\n", Dtype.F32))
        .isEqualTo("{\n    \"torch_dtype\": \"float32\",\n    \"a\": 1\n}\n");
    assertThat(rewritten("{\"a\":{\"dtype\":\"x\"}}", Dtype.F32))
        .isEqualTo("{\"torch_dtype\": \"float32\",\"a\":{\"dtype\":\"x\"}}");
    assertThat(rewritten(" {}", Dtype.BF16)).isEqualTo(" {\"torch_dtype\": \"bfloat16\"}");
  }

  @Test
  void anUntiedOutputSaysSoWhereverItMayBeTied() {
    assertThat(
            untied(
                """
                {
                  "tie_word_embeddings" : true,
                  "text_config": {"tie_word_embeddings":null, "x": 1e-05},
                  "vision_config": {"tie_word_embeddings": true}
                }
                """))
        .isEqualTo(
            """
            {
              "tie_word_embeddings" : false,
              "text_config": {"tie_word_embeddings":false, "x": 1e-05},
              "vision_config": {"tie_word_embeddings": true}
            }
            """);
    assertThat(untied("{\n  \"model_type\": \"gemma3\",\n  \"text_config\": { \"a\": 1}\n}"))
        .isEqualTo(
            "{\n  \"tie_word_embeddings\": false,\n  \"model_type\": \"gemma3\",\n"
                + "  \"text_config\": { \"tie_word_embeddings\": false, \"a\": 1}\n}");
    assertThat(untied("{}")).isEqualTo("{\"tie_word_embeddings\": false}");
    assertThat(
            new String(
                HfConfig.adapted(
                    "{ \"a\": 1}".getBytes(UTF_8), Optional.of(Dtype.F16), true, "config.json"),
                UTF_8))
        .isEqualTo("{ \"torch_dtype\": \"float16\", \"tie_word_embeddings\": false, \"a\": 1}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'model_type':'gemma2'} | true",
        "{'model_type':'gemma3','text_config':{'model_type':'gemma3_text'}} | true",
        "{'model_type':'llava','text_config':{'model_type':'gemma'}} | true",
        "{'model_type':'gpt2'} | true",
        "{'model_type':'llama'} | false",
        "{'model_type':'gemma','tie_word_embeddings':false} | false",
        "{'model_type':'gemma','tie_word_embeddings':null} | true",
        "{'model_type':'qwen2_vl','text_config':{'tie_word_embeddings':true}} | true",
        "{'tie_word_embeddings':false,'text_config':{'tie_word_embeddings':true}} | true",
        "{'model_type':'gemma3','text_config':{'tie_word_embeddings':false}} | false",
        "{'model_type':'unheard-of'} | false",
        "{} | false",
      })
  void aHeadIsTiedByTheFilesWordOrElseByItsModelType(String json, boolean tied) {
    assertThat(parse(json.replace('\'', '"')).tiesWordEmbeddings()).isEqualTo(tied);
  }

  @Test
  void aDtypeThatNoModelComputesInIsRefused() {
    assertThatThrownBy(() -> rewritten("{}", Dtype.I8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no model computes in I8");
  }
}
