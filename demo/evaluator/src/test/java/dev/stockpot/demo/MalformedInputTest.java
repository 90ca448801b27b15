package dev.stockpot.demo;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.demo.Evaluator.CaseException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MalformedInputTest {
  private static final Path BASE = DemoModel.DEMO.resolve("base");
  private static final String CASE =
      "{\"category\": \"add\", \"prompt\": \"07+14=\", \"answer\": \"21.\"}\n";
  private static final String QUERY = "model.layers.0.self_attn.q_proj";

  @TempDir Path directory;

  private ThrowableAssertAlternative<CheckpointException> assertRefused(DemoModel changed) {
    Path model = changed.writeTo(directory.resolve("model"));
    return assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Evaluator.evaluate(model, cases(CASE)));
  }

  private ThrowableAssertAlternative<CaseException> assertCasesRefused(String lines) {
    return assertThatExceptionOfType(CaseException.class)
        .isThrownBy(() -> Evaluator.evaluate(BASE, cases(lines)));
  }

  private Path cases(String lines) throws IOException {
    return Files.writeString(directory.resolve("cases.jsonl"), lines);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"llama\"                   | \"mistral\"       | 'model_type' is \"mistral\"",
        "\"model_type\"              | \"kind\"          | 'model_type' is missing",
        "\"silu\"                    | \"gelu\"          | 'hidden_act' is \"gelu\"",
        "\"attention_bias\": false   | \"attention_bias\": true | 'attention_bias' is true",
        "\"mlp_bias\": false         | \"mlp_bias\": true | 'mlp_bias' is true",
        "\"use_cache\": true         | \"quantization_config\": {} | 'quantization_config'",
        "\"rope_type\": \"default\"  | \"rope_type\": \"llama3\" | 'rope_parameters' asks for scaled",
        "\"use_cache\": true         | \"rope_scaling\": {\"type\": \"linear\"} | 'rope_scaling' asks for scaled",
        "\"rope_theta\": 10000.0     | \"rope_theta\": \"x\" | 'rope_theta' must be a number above 0, not \"x\"",
        "\"num_attention_heads\": 4  | \"num_attention_heads\": 3 | heads must be a multiple",
        "\"num_hidden_layers\": 4    | \"num_hidden_layers\": 0 | 'num_hidden_layers' must be a whole number from 1 to 16777216, not 0",
        "\"num_hidden_layers\": 4    | \"num_hidden_layers\": 3 | is no part of a Llama as its config.json describes it: 'model.layers.3.input_layernorm.weight'",
        "\"num_hidden_layers\": 4    | \"num_hidden_layers\": 5 | tensor 'model.layers.4.input_layernorm.weight': is missing",
        "\"hidden_size\": 128        | \"hidden_size\": 64 | has the shape [32, 128], but by config.json it has [32, 64]",
        "\"head_dim\": 32            | \"head_dim\": 2147483646 | 'head_dim' must be a whole number",
        "\"rms_norm_eps\": 1e-06     | \"rms_norm_eps\": 1e-06,, | is not valid JSON at line",
      })
  void aConfigOfAnotherModelIsRefused(String text, String by, String message) throws IOException {
    assertRefused(DemoModel.named("base").config(text, by)).withMessageContaining(message);
  }

  @Test
  void headsThatOverflowAreRefused() throws IOException {
    assertRefused(
            DemoModel.named("base")
                .config("\"head_dim\": 32", "\"head_dim\": 16777216")
                .config("\"num_attention_heads\": 4", "\"num_attention_heads\": 256"))
        .withMessageContaining("256 heads of size 16777216 are too many");
  }

  @Test
  void everyTensorThatIsNoPartOfALlamaIsNamed() throws IOException {
    assertRefused(DemoModel.named("base").zero(QUERY + ".bias", Dtype.BF16, List.of(128L)))
        .withMessageContaining("tensor '" + QUERY + ".bias': is no part of a Llama");
  }

  @Test
  void aTruncatedCheckpointIsRefused() throws IOException {
    Path model = DemoModel.named("base").writeTo(directory.resolve("model"));
    Path weights = model.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(bytes, bytes.length - 1));
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Evaluator.evaluate(model, cases(CASE)))
        .withMessageContaining("model.safetensors")
        .withMessageContaining("the file is truncated");
  }

  @Test
  void aDtypeThatIsNotReadIsRefused() throws IOException {
    assertRefused(DemoModel.named("base").zero(QUERY + ".weight", Dtype.F64, List.of(128L, 128L)))
        .withMessageContaining("is F64; this evaluator reads BF16, F16 and F32");
  }

  @Test
  void aModelThatIsTooLargeIsRefusedBeforeItIsRead() throws IOException {
    assertRefused(DemoModel.named("base").zero(DemoModel.HEAD, Dtype.U8, List.of(16L << 20)))
        .withMessageContaining("parameters, and this evaluator holds");
  }

  @Test
  void aModelThatComputesNanHasNoScore() throws IOException {
    assertRefused(DemoModel.named("base").makeNan("model.norm.weight"))
        .withMessageContaining("computes NaN for prompts of 'add'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"WordLevel\"          | \"BPE\"                         | is no plain character tokenizer",
        "\"normalizer\": null   | \"normalizer\": {\"type\": \"NFC\"} | is no plain character tokenizer",
        "\"Regex\": \".\"       | \"Regex\": \"..\"               | is no plain character tokenizer",
        "\"Fuse\"               | \"ByteLevel\"                   | is no plain character tokenizer",
        "\"special_tokens\": {} | \"special_tokens\": {\"x\": 1}  | is no plain character tokenizer",
        "\"<unused31>\": 31     | \"<unused31>\": 32              | token '<unused31>' has the id 32",
      })
  void anotherTokenizerIsRefused(String text, String by, String message) throws IOException {
    assertRefused(DemoModel.named("base").replace("tokenizer.json", text, by))
        .withMessageContaining("tokenizer.json: ")
        .withMessageContaining(message);
  }

  @Test
  void aMissingConfigIsNamed() throws IOException {
    Path model = DemoModel.named("base").writeTo(directory.resolve("model"));
    Files.delete(model.resolve("config.json"));
    assertThatThrownBy(() -> Evaluator.evaluate(model, cases(CASE)))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageEndingWith("config.json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"category\": \"add\", \"prompt\": \"0       | is not valid JSON at column",
        "7                                         | 'category' must be text, not missing",
        "``                                        | 'category' must be text, not missing",
        "{\"category\":\"a\",\"prompt\":7,\"answer\":\"1.\"}     | 'prompt' must be text, not 7",
        "{\"category\":\"a\",\"prompt\":\"7\",\"answer\":\"1\"}    | the answer '1' must end with its only '.'",
        "{\"category\":\"a\",\"prompt\":\"7\",\"answer\":\"1.2.\"} | the answer '1.2.' must end with its only '.'",
        "{\"category\":\"a\",\"prompt\":\"7é=\",\"answer\":\"1.\"}  | knows no 'é', which is in the prompt '7é='",
      })
  void aLineThatIsNoCaseIsNamedWithItsNumber(String line, String message) {
    assertCasesRefused(CASE + CASE + line + "\n" + CASE)
        .withMessageStartingWith(directory.resolve("cases.jsonl") + ":3: ")
        .withMessageContaining(message);
  }

  @Test
  void aCaseThatIsLongerThanTheModelReachesIsNamed() {
    String prompt = "1".repeat(62);
    assertCasesRefused(CASE + CASE.replace("07+14=", prompt))
        .withMessageContaining("cases.jsonl:2: prompt and answer need 65 tokens")
        .withMessageContaining("64 positions");
  }

  @Test
  void aFileWithoutCasesIsRefused() {
    assertCasesRefused("").withMessageContaining("cases.jsonl: holds no case");
  }

  @Test
  void aFileThatIsNoTextIsRefused() throws IOException {
    Path cases = directory.resolve("cases.jsonl");
    Files.write(cases, "{\"category\": \"é\"}".getBytes(StandardCharsets.ISO_8859_1));
    assertThatExceptionOfType(CaseException.class)
        .isThrownBy(() -> Evaluator.evaluate(BASE, cases))
        .withMessageContaining("cases.jsonl: is not UTF-8 text");
  }
}
