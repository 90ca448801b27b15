package dev.stockpot.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.checkpoint.safetensors.Dtype;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LlamaTest {
  private static final Path REV = DemoModel.DEMO.resolve("rev");
  private static final String PROMPT = "r:dhhfefa>";

  /** Logits are sums of about a hundred products of size one, in float32 and in another order. */
  private static final float ROUNDING = 5e-5f;

  @TempDir Path directory;

  @Test
  void logitsAreThoseOfTransformersButForRounding() throws IOException {
    JsonNode recording;
    try (InputStream in = LlamaTest.class.getResourceAsStream("logits.json")) {
      recording = JsonMapper.shared().readTree(Objects.requireNonNull(in));
    }
    Path model = DemoModel.DEMO.resolve(recording.path("model").stringValue());
    JsonNode prompts = recording.path("logits by prompt");
    assertThat(prompts.properties()).hasSize(2);
    for (Map.Entry<String, JsonNode> prompt : prompts.properties()) {
      List<float[]> logits = DemoModel.logits(model, prompt.getKey());
      JsonNode recorded = prompt.getValue();
      assertThat(logits).hasSize(recorded.size());
      for (int position = 0; position < recorded.size(); position++) {
        assertThat(logits.get(position)).hasSize(recorded.path(position).size());
        for (int token = 0; token < logits.get(position).length; token++) {
          assertThat(logits.get(position)[token])
              .as("token %d behind position %d of %s", token, position, prompt.getKey())
              .isCloseTo(recorded.path(position).path(token).floatValue(), within(ROUNDING));
        }
      }
    }
  }

  @Test
  void readingTokenByTokenGivesTheBitsOfReadingAllAtOnce() throws IOException {
    Llama llama = Llama.read(REV);
    int[] tokens = CharacterTokenizer.read(REV, 32).encode(PROMPT);
    Sequence sequence = llama.newSequence(tokens.length);
    List<float[]> oneByOne = new ArrayList<>();
    for (int token : tokens) {
      oneByOne.addAll(llama.read(List.of(new Llama.Input(sequence, token))));
    }
    assertThat(oneByOne).containsExactlyElementsOf(DemoModel.logits(REV, PROMPT));
  }

  @Test
  void sequencesSideBySideDoNotDisturbEachOther() throws IOException {
    Llama llama = Llama.read(REV);
    CharacterTokenizer tokenizer = CharacterTokenizer.read(REV, 32);
    List<String> prompts = List.of(PROMPT, "07+14=", "m:377594>");
    List<Llama.Input> inputs = new ArrayList<>();
    List<float[]> alone = new ArrayList<>();
    // Enough rows for several passes, cut within a prompt.
    for (int i = 0; i < 100; i++) {
      String prompt = prompts.get(i % prompts.size());
      Sequence sequence = llama.newSequence(prompt.length());
      for (int token : tokenizer.encode(prompt)) {
        inputs.add(new Llama.Input(sequence, token));
      }
      alone.addAll(DemoModel.logits(REV, prompt));
    }
    assertThat(llama.read(inputs)).containsExactlyElementsOf(alone);
  }

  @Test
  void weightsOfAWiderTypeComputeTheSame() throws IOException {
    Path wide = DemoModel.named("rev").as(Dtype.F32).writeTo(directory);
    assertThat(DemoModel.logits(wide, PROMPT))
        .containsExactlyElementsOf(DemoModel.logits(REV, PROMPT));
  }

  @Test
  void halfPrecisionWeightsComputeNearlyTheSame() throws IOException {
    Path half = DemoModel.named("rev").as(Dtype.F16).writeTo(directory);
    List<float[]> logits = DemoModel.logits(half, PROMPT);
    List<float[]> exact = DemoModel.logits(REV, PROMPT);
    for (int i = 0; i < logits.size(); i++) {
      assertThat(logits.get(i)).containsExactly(exact.get(i), within(1e-3f));
    }
  }

  @Test
  void aTiedHeadIsTheEmbeddings() throws IOException {
    Path untied =
        DemoModel.named("rev")
            .copy(DemoModel.EMBEDDINGS, DemoModel.HEAD)
            .writeTo(directory.resolve("untied"));
    Path tied =
        DemoModel.named("rev")
            .without(DemoModel.HEAD)
            .config("\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true")
            .writeTo(directory.resolve("tied"));
    assertThat(DemoModel.logits(tied, PROMPT))
        .containsExactlyElementsOf(DemoModel.logits(untied, PROMPT));
  }

  @Test
  void theOlderSpellingOfRotarySettingsIsReadToo() throws IOException {
    Path older =
        DemoModel.named("rev")
            .config(
                "\"rope_parameters\": {",
                "\"rope_theta\": 10000.0, \"rope_scaling\": null, \"was\": {")
            .writeTo(directory);
    assertThat(LlamaConfig.read(older)).isEqualTo(LlamaConfig.read(REV));
  }
}
