package dev.stockpot.checkpoint.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Many problems as few lines. */
class ProblemGroupsTest {

  private static Problem missing(String tensor) {
    return new Problem("m1", tensor, "is missing");
  }

  @Test
  void aProblemAloneIsToldAsItIs() {
    assertThat(ProblemGroups.lines(List.of(missing("a.0"), Problem.inFile("m1", "is odd")), 20))
        .containsExactly("m1: tensor 'a.0': is missing", "m1: is odd");
    assertThat(ProblemGroups.lines(List.of(), 20)).isEmpty();
  }

  @Test
  void tensorsThatShareAFaultAreOneLineOfPatterns() {
    List<Problem> problems = new ArrayList<>();
    for (int layer = 0; layer < 32; layer++) {
      problems.add(missing("model.layers." + layer + ".self_attn.q_proj.bias"));
    }
    problems.add(missing("layers.7.b"));
    assertThat(ProblemGroups.lines(problems, 20))
        .containsExactly(
            "m1: 33 tensors: is missing: 'model.layers.*.self_attn.q_proj.bias' (32),"
                + " 'layers.7.b'");
  }

  @Test
  void groupsKeepTheOrderOfTheirFirstProblem() {
    assertThat(
            ProblemGroups.lines(
                List.of(
                    missing("b"),
                    new Problem("m2", "b", "is missing"),
                    new Problem("m1", "c", "is large"),
                    missing("a")),
                20))
        .containsExactly(
            "m1: 2 tensors: is missing: 'b', 'a'",
            "m2: tensor 'b': is missing",
            "m1: tensor 'c': is large");
  }

  @Test
  void twentyThousandExpertsAreOneLineAndOneName() {
    List<Problem> problems =
        IntStream.range(0, 20_000)
            .mapToObj(expert -> missing("model.layers.3.mlp.experts." + expert + ".up.weight"))
            .toList();
    assertThat(ProblemGroups.lines(problems, 20))
        .containsExactly(
            "m1: 20000 tensors: is missing: 'model.layers.*.mlp.experts.*.up.weight' (20000)");
  }

  @Test
  void namesAreTwentyInAllLinesTogether() {
    List<String> letters =
        IntStream.range(0, 26).mapToObj(i -> String.valueOf((char) ('a' + i))).toList();
    List<Problem> problems = new ArrayList<>();
    letters.forEach(letter -> problems.add(missing(letter)));
    assertThat(ProblemGroups.lines(problems, 20))
        .singleElement()
        .asString()
        .startsWith("m1: 26 tensors: is missing: 'a', 'b'")
        .endsWith("'s', 't' and 6 more patterns");
    letters.forEach(letter -> problems.add(new Problem("m2", letter, "is missing")));
    assertThat(ProblemGroups.lines(problems, 20))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).endsWith("'j' and 16 more patterns"));
  }

  @Test
  void whatIsBeyondTheMostLinesIsCounted() {
    List<Problem> problems = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      problems.add(new Problem("m", "a" + i, "fault " + i));
      problems.add(new Problem("m", "b" + i, "fault " + i));
    }
    assertThat(ProblemGroups.lines(problems, 20))
        .hasSize(21)
        .endsWith("m: 2 tensors: fault 19: 'a19' and 1 more pattern", "and 10 more");
  }

  @Test
  void anExceptionTellsTheGroups() {
    CheckpointException many =
        new CheckpointException(
            List.of(missing("a.1"), missing("a.2"), Problem.inFile("m2", "odd")));
    assertThat(many).hasMessage("3 problems:\n  m1: 2 tensors: is missing: 'a.*' (2)\n  m2: odd");
    assertThat(many.problems()).hasSize(3);
    assertThat(new CheckpointException(List.of(missing("a.1"), missing("a.2"))))
        .hasMessage("m1: 2 tensors: is missing: 'a.*' (2)");
  }
}
