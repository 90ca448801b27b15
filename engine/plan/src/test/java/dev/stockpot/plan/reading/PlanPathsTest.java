package dev.stockpot.plan.reading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.plan.SearchPlan;
import dev.stockpot.plan.paths.AllowedRoots;
import dev.stockpot.plan.yaml.InvalidPlanException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Paths with links between them; those without are in the table of malformed plans. */
class PlanPathsTest {
  @TempDir private Path temporary;
  private Path directory = Path.of("");

  @BeforeEach
  void makeCheckpoints() throws IOException {
    directory = temporary.toRealPath();
    Files.createDirectories(directory.resolve("work"));
    Files.createDirectories(directory.resolve("a"));
    Files.createDirectories(directory.resolve("deep/b"));
  }

  private List<String> problems(String model, String output) {
    return problems(model, output, "");
  }

  /** A plan in {@code work/}, beside which {@code a} and {@code deep/b} are. */
  private List<String> problems(String model, String output, String more) {
    String text =
        """
        version: 1
        method: linear
        models: [{model: %s, weight: 1}]
        output: {path: %s}
        %s
        """
            .formatted(model, output, more);
    try {
      PlanReader.parse(text, Path.of("plan.yaml"), directory.resolve("work"));
      return List.of();
    } catch (InvalidPlanException e) {
      return e.problems().stream()
          .map(problem -> problem.message().replace(directory.toString(), "$DIR"))
          .toList();
    }
  }

  private void link(String link, String target) throws IOException {
    Files.createSymbolicLink(directory.resolve(link), Path.of(target));
  }

  @Test
  void aModelThatIsAnotherFileIsCalledWhatItIs() throws IOException {
    Files.writeString(directory.resolve("a/model.gguf"), "GGUF");
    Files.writeString(directory.resolve("a/model.safetensors.index.json"), "{}");
    Files.writeString(directory.resolve("a/notes.txt"), "x");
    link("link", "gone");
    assertThat(problems("../a/model.gguf", "../soup"))
        .containsExactly(
            "the model '../a/model.gguf' is a GGUF file, which holds quantized weights as a rule;"
                + " use the checkpoint that it was made from");
    assertThat(problems("../a/model.safetensors.index.json", "../soup"))
        .containsExactly(
            "the model '../a/model.safetensors.index.json' is the index of a checkpoint; give the"
                + " directory that it lies in: $DIR/a");
    assertThat(problems("../a/notes.txt", "../soup"))
        .containsExactly(
            "the model '../a/notes.txt' is neither a directory nor a .safetensors file; give the"
                + " checkpoint's directory");
    assertThat(problems("../link", "../soup"))
        .containsExactly(
            "the model '../link' is a symbolic link to something that does not exist: 'gone'");
  }

  @Test
  void anOutputBesideTheInputsIsFine() {
    assertThat(problems("../a", "../soup")).isEmpty();
    assertThat(problems("../a", "../a-soup")).isEmpty();
    assertThat(problems("../a", "soups/today/soup")).isEmpty();
  }

  @Test
  void anOutputThatLinksToAnInputIsThatInput() throws IOException {
    link("work/soup", "../a");

    assertThat(problems("../a", "soup"))
        .containsExactly(
            "the output 'soup' (in truth $DIR/a) is also the input '../a' of line 3; choose another"
                + " directory");
  }

  @Test
  void anOutputBelowALinkToAnInputLiesInsideIt() throws IOException {
    link("work/soups", "../a");

    assertThat(problems("../a", "soups/new/one"))
        .containsExactly(
            "the output 'soups/new/one' (in truth $DIR/a/new/one) lies inside the input '../a' of"
                + " line 3; choose another directory");
  }

  @Test
  void anInputThatLinksIntoTheOutputIsHeldByIt() throws IOException {
    link("work/m", "../deep/b");

    assertThat(problems("m", "../deep"))
        .containsExactly(
            "the output '../deep' holds the input 'm' of line 3; choose another directory");
  }

  @Test
  void noOutputIsInOrAtADirectoryInWhichOutputsAreMade() {
    for (String output : List.of(".soup.stockpot", ".soup.stockpot/shards/x", ".stockpot/x")) {
      String name = output.substring(0, output.indexOf("stockpot") + "stockpot".length());
      assertThat(problems("../a", output))
          .containsExactly(
              "the output '%s' has the name '%s' on its way, as the directories have in which outputs are made; choose another directory"
                  .formatted(output, name));
    }
  }

  @Test
  void aLinkThatLeadsNowhereYetIsFollowed() throws IOException {
    link("work/soup", "../a/not/yet");

    assertThat(problems("../a", "soup"))
        .containsExactly(
            "the output 'soup' (in truth $DIR/a/not/yet) lies inside the input '../a' of line 3;"
                + " choose another directory");
  }

  @Test
  void aLoopOfLinksIsNamed() throws IOException {
    link("work/x", "y");
    link("work/y", "x");

    assertThat(problems("../a", "x/soup"))
        .containsExactly("'x/soup' cannot be followed: 'too many symbolic links'");
  }

  @Test
  void twoLinksToOneCheckpointAreThatCheckpointTwice() throws IOException {
    link("work/m", "../a");

    assertThat(problems("../a, weight: 0}, {model: m", "soup"))
        .containsExactly(
            "the model 'm' is the same as '../a' and is listed twice, first on line 3; list it once"
                + " with one weight");
  }

  @Test
  void anOutputThatHoldsThePlanIsRefused() throws IOException {
    link("here", "work");

    assertThat(problems("../a", "."))
        .containsExactly(
            "the output '.' holds the directory of the plan itself; choose another directory");
    assertThat(problems("../a", "../here"))
        .containsExactly(
            "the output '../here' holds the directory of the plan itself; choose another"
                + " directory");
  }

  @Test
  void aPlanReadThroughALinkIsStillWhereItIs() throws IOException {
    link("here", "work");
    Path plan =
        Files.writeString(
            directory.resolve("here/plan.yaml"),
            """
            version: 1
            method: linear
            models: [{model: ../a, weight: 1}]
            output: {path: ../work}
            """);

    assertThatExceptionOfType(InvalidPlanException.class)
        .isThrownBy(() -> PlanReader.read(plan))
        .withMessageContaining("the output '../work' holds the directory of the plan itself");
  }

  @Test
  void aSafetensorsFileIsAModelButNoDonor() throws IOException {
    Files.createFile(directory.resolve("work/m.safetensors"));

    assertThat(problems("m.safetensors", "soup")).isEmpty();
    assertThat(problems("m.safetensors", "soup", "donor: ../a")).isEmpty();
    assertThat(problems("../a", "soup", "donor: m.safetensors"))
        .containsExactly(
            "the donor 'm.safetensors' is a file; give a checkpoint's directory, where config and"
                + " tokenizer are");
  }

  @Test
  void anAbsolutePathIsUsedAsItIs() {
    assertThat(problems(directory.resolve("a").toString(), directory.resolve("s").toString()))
        .isEmpty();
  }

  @Test
  void aPathThatLooksLikeAHubNameIsAPathWhereItExists() throws IOException {
    Files.createDirectories(directory.resolve("work/Team-ACE/ToolACE"));

    assertThat(problems("Team-ACE/ToolACE", "soup")).isEmpty();
    assertThat(problems("Team-ACE/Other", "soup"))
        .containsExactly("'Team-ACE/Other' does not exist (looked for $DIR/work/Team-ACE/Other)");
  }

  @Test
  void aTildeAtTheStartIsTheHomeInEveryPath() throws Exception {
    Path home = Path.of(System.getProperty("user.home"));
    String nowhere = "stockpot-test-" + directory.getFileName();
    assertThat(problems("~/" + nowhere, "soup"))
        .containsExactly(
            "'~/%s' does not exist (looked for %s)".formatted(nowhere, home.resolve(nowhere)));
    String text =
        """
        version: 1
        method: linear
        models: [{model: ../a}, {model: ../deep/b}]
        search: {scores: ../scores.csv, threshold: 0.25}
        evaluate: {command: [~/bin/score, "~/{model}", "{output}"], cache: ~/%1$s/cache}
        output: {path: ~/%1$s/soup}
        """
            .formatted(nowhere);
    Files.createFile(directory.resolve("scores.csv"));
    SearchPlan plan = PlanReader.parseSearch(text, Path.of("plan.yaml"), directory.resolve("work"));
    assertThat(plan.output().path()).isEqualTo(home.resolve(nowhere + "/soup"));
    assertThat(plan.evaluate().cache()).isEqualTo(home.resolve(nowhere + "/cache"));
    assertThat(plan.evaluate().command())
        .as("only the program is a path")
        .containsExactly(home + "/bin/score", "~/{model}", "{output}");
  }

  @Test
  void aTildeOfAnotherMeaningIsALetter() throws Exception {
    Files.createDirectory(directory.resolve("work/~b"));
    assertThat(problems("~b", "./~/soup")).isEmpty();
    assertThat(problems("~b", "~b/soup")).hasSize(1).first().asString().contains("lies inside");
    assertThat(problems("~b", "~c/soup"))
        .containsExactly(
            "'~c' is not expanded to a user's home; write the whole path, or './~c/soup' for a"
                + " directory of that name");
  }

  @Test
  void aCoordinatorKnowsNobodysHome() {
    String text =
        """
        version: 1
        method: linear
        models: [{model: ~/a, weight: 1}]
        output: {path: ~/soup}
        """;
    assertThatExceptionOfType(InvalidPlanException.class)
        .isThrownBy(() ->
            PlanReader.parse(
                text, Path.of("plan.yaml"), directory, AllowedRoots.of(List.of(directory))))
        .withMessageContaining("'~/a': a coordinator does not know whose home '~' is")
        .withMessageContaining("'~/soup': a coordinator does not know");
  }

  @Test
  void anOutputThroughALinkToNothingIsRefused() throws IOException {
    link("work/soup", "nowhere/x");
    for (String output : List.of("soup", "soup/inside")) {
      assertThat(problems("../a", output))
          .containsExactly(
              "the output '%s' leads through the link $DIR/work/soup to nothing; make the directory that it points to, or remove the link"
                  .formatted(output));
    }
  }

  @Test
  void anOutputThatLinksToADirectoryIsFine() throws IOException {
    Files.createDirectory(directory.resolve("big"));
    link("work/soup", "../big");
    assertThat(problems("../a", "soup")).isEmpty();
  }
}
