package dev.stockpot.coordinator.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import com.typesafe.config.ConfigFactory;
import dev.stockpot.coordinator.evaluate.EvaluatorCommand.EvaluatorCommandException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a command may say, which program it means, and whether it may run. */
class EvaluatorCommandTest {

  @TempDir private Path directory;

  private EvaluatorCommand command(String... arguments) throws EvaluatorCommandException {
    return EvaluatorCommand.of(List.of(arguments), directory, Duration.ofHours(2));
  }

  private ThrowableAssertAlternative<EvaluatorCommandException> assertThatRefuses(
      int argument, String... arguments) {
    return assertThatExceptionOfType(EvaluatorCommandException.class)
        .isThrownBy(() -> command(arguments))
        .satisfies(thrown -> assertThat(thrown.argument()).isEqualTo(argument));
  }

  @Test
  void placeholdersAreReplacedWhollyAndInPart() throws Exception {
    EvaluatorCommand command =
        command("lm_eval", "pretrained={model},x={hash}", "{output}", "[{gpus}]", "{\"a\": {}}");
    EvaluationRequest request =
        new EvaluationRequest(Path.of("/m/$1\\"), Path.of("/o"), "c0ffee", List.of());
    assertThat(command.filled(request, "0,3"))
        .containsExactly("pretrained=/m/$1\\,x=c0ffee", "/o", "[0,3]", "{\"a\": {}}");
  }

  @Test
  void anUnknownPlaceholderIsAMistakeOfThatArgument() {
    assertThatRefuses(2, "evaluate", "{model}", "--to={ouput}")
        .withMessage(
            "unknown placeholder '{ouput}'; there are {model}, {output}, {gpus} and {hash}");
  }

  @Test
  void aCommandThatIsNotToldWhatToEvaluateIsRefused() {
    assertThatRefuses(-1, "evaluate", "{output}")
        .withMessageContaining("no item")
        .withMessageContaining("{model}");
    assertThatRefuses(-1, "evaluate", "{model}").withMessageContaining("{output}");
    assertThatRefuses(-1).withMessageContaining("the command is empty");
    assertThatRefuses(0, "{model}/run", "{output}").withMessageContaining("only in its arguments");
    assertThatRefuses(1, "evaluate", "\0", "{model}", "{output}").withMessageContaining("null");
  }

  @Test
  void aProgramWithASlashIsRelativeToThePlan() throws Exception {
    Path script = new Kitchenette(directory).script("exit 0");
    assertThat(command("./evaluate", "{model}", "{output}").program())
        .isAbsolute()
        .hasSameBinaryContentAs(script);
    assertThat(command(script.toString(), "{model}", "{output}").program()).isEqualTo(script);
  }

  @Test
  void aBareNameIsLookedUpOnThePath() throws Exception {
    assertThat(command("sh", "{model}", "{output}").program()).isAbsolute().isExecutable();
    new Kitchenette(directory).script("exit 0");
    assertThatExceptionOfType(EvaluatorCommandException.class)
        .isThrownBy(() -> command("evaluate", "{model}", "{output}").program())
        .withMessage(
            "no program 'evaluate' on the PATH; one beside the plan is written ./evaluate");
  }

  @Test
  void aProgramThatIsMissingOrMayNotBeExecutedIsNamed() throws Exception {
    Path text = Files.createFile(directory.resolve("text"));
    assertThatExceptionOfType(EvaluatorCommandException.class)
        .isThrownBy(() -> command("./text", "{model}", "{output}").program())
        .withMessageEndingWith(
            "text: may not be executed; chmod +x %s", directory.resolve("./text"));
    Files.delete(text);
    assertThatExceptionOfType(EvaluatorCommandException.class)
        .isThrownBy(() -> command("./text", "{model}", "{output}").program())
        .withMessageEndingWith("text: there is no such file");
  }

  @Test
  void aServerRunsNothingThatItsConfigurationDoesNotList() throws Exception {
    EvaluatorPermission none =
        EvaluatorPermission.from(ConfigFactory.defaultReference(getClass().getClassLoader()));
    new Kitchenette(directory).script("exit 0");
    assertThatExceptionOfType(EvaluatorCommandException.class)
        .isThrownBy(() -> none.check(command("./evaluate", "{model}", "{output}")))
        .withMessage(
            "the evaluator './evaluate' is not allowed on this node; whoever runs it lists the program's path in stockpot.coordinator.evaluators");
  }

  @Test
  void aListedProgramRunsByWhateverPathItIsNamed() throws Exception {
    Path script = new Kitchenette(directory).script("exit 0");
    Path linked = Files.createSymbolicLink(directory.resolve("here"), directory);
    EvaluatorPermission permission = permission(script.toString(), "/no/such/program");
    for (String name : List.of("./evaluate", script.toString(), linked.resolve("evaluate") + "")) {
      assertThatNoException()
          .isThrownBy(() -> permission.check(command(name, "{model}", "{output}")));
    }
    assertThatExceptionOfType(EvaluatorCommandException.class)
        .isThrownBy(() -> permission.check(command("sh", "{model}", "{output}")));
  }

  @Test
  void aLinkToAListedProgramIsAnotherProgram() throws Exception {
    Path script = new Kitchenette(directory).script("exit 0");
    Files.createSymbolicLink(directory.resolve("other"), script);
    assertThatExceptionOfType(EvaluatorCommandException.class)
        .isThrownBy(
            () -> permission(script.toString()).check(command("./other", "{model}", "{output}")));
  }

  @Test
  void aStarAllowsEverything() throws Exception {
    EvaluatorPermission permission = permission("*");
    assertThatNoException()
        .isThrownBy(() -> permission.check(command("sh", "{model}", "{output}")));
  }

  @Test
  void aRelativePathInTheConfigurationIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> permission("evaluate.py"))
        .withMessage(
            "stockpot.coordinator.evaluators: 'evaluate.py' is no absolute path; name the program's file, or \"*\" for any");
  }

  private static EvaluatorPermission permission(String... programs) {
    return EvaluatorPermission.from(
        ConfigFactory.parseMap(Map.of("stockpot.coordinator.evaluators", List.of(programs))));
  }
}
