package dev.stockpot.plan.reading;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.stockpot.plan.yaml.InvalidPlanException;
import dev.stockpot.plan.yaml.Problems;
import dev.stockpot.plan.yaml.SourceText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import tools.jackson.databind.json.JsonMapper;

/** The schema for editors agrees with the reader, and both with the example plans. */
class PlanSchemaTest {
  private static final Path CONFIG = Path.of("../../config");

  /**
   * What only the reader sees: the weights together, the file system, several plans, YAML itself.
   */
  private static final Set<String> BEYOND_A_SCHEMA =
      Set.of(
          "weights that need too wide integers",
          "weights that sum to too little",
          "weights that sum to too much",
          "weights that sum to a ratio",
          "weights that sum to zero",
          "normalized weights that sum to zero",
          "weight with a huge exponent",
          "weight with a tiny exponent",
          "weight in hexadecimal",
          "weight that is infinite",
          "weight that is not a number",
          "shard size beyond every disk",
          "duplicate key",
          "merge key",
          "list as a key",
          "unquoted template",
          "a file of comments",
          "least weight above the greatest",
          "refinement to a coarser step",
          "unknown placeholder",
          "command without the output",
          "gpus that cannot be shared",
          "model with a zero byte");

  private static final Schema SCHEMA = readSchema();

  private static Schema readSchema() {
    try {
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(Files.readString(CONFIG.resolve("plan.schema.json")), InputFormat.JSON);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Path> examples() throws IOException {
    try (Stream<Path> files = Files.list(CONFIG.resolve("plans"))) {
      return files.sorted().toList();
    }
  }

  private static List<Error> errors(String yaml) {
    Load load =
        new Load(
            LoadSettings.builder().setSchema(new CoreSchema()).setAllowDuplicateKeys(true).build());
    List<Error> errors = new ArrayList<>();
    for (Object document : load.loadAllFromString(yaml)) {
      errors.addAll(SCHEMA.validate(new JsonMapper().valueToTree(document)));
    }
    return errors;
  }

  private static List<PlanDraft> read(String text, Path source) throws InvalidPlanException {
    SourceText sourceText = new SourceText(source.toString(), text);
    Problems problems = new Problems(sourceText);
    List<PlanDraft> drafts = PlanReader.drafts(sourceText, problems);
    problems.throwIfAny();
    return drafts;
  }

  @ParameterizedTest
  @MethodSource("examples")
  void anExamplePlanSatisfiesTheSchemaAndTheReader(Path example) throws Exception {
    String text = Files.readString(example);

    assertThat(text).startsWith("# yaml-language-server: $schema=../plan.schema.json\n");
    assertThat(errors(text)).isEmpty();
    assertThat(read(text, example)).isNotEmpty();
  }

  @Test
  void thePaperPlansHaveThePaperWeights() throws Exception {
    Path paper8b = CONFIG.resolve("plans/paper-8b.yaml");
    Path paper70b = CONFIG.resolve("plans/paper-70b.yaml");

    assertThat(weights(paper8b)).containsExactly("0.2", "0.7", "0.1");
    assertThat(weights(paper70b)).containsExactly("0.5", "0.3", "0.2");
  }

  private static List<String> weights(Path plan) throws Exception {
    return read(Files.readString(plan), plan).getFirst().models().stream()
        .map(model -> model.weight().orElseThrow().toString())
        .toList();
  }

  /** The part of the table up to the paths, which a schema cannot see. */
  static List<MalformedPlansTest.Case> malformedKeysAndValues() throws IOException {
    return MalformedPlansTest.cases().stream()
        .takeWhile(malformed -> !malformed.title().equals("model that does not exist"))
        .filter(malformed -> !BEYOND_A_SCHEMA.contains(malformed.title()))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("malformedKeysAndValues")
  void theSchemaRefusesMalformedKeysAndValuesToo(MalformedPlansTest.Case malformed) {
    assertThat(errors(malformed.plan())).isNotEmpty();
  }
}
