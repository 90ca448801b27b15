package dev.stockpot.merge.planner;

import static dev.stockpot.fixtures.SafetensorsFixture.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.fixtures.SafetensorsFixture;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.Operation;
import dev.stockpot.merge.TensorTask.SourceRange;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.plan.Fraction;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.Soup;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SeveralSoupsTest {

  private static final int ELEMENTS = 3_000_000;

  @TempDir private Path directory;

  private static SafetensorsFixture model() {
    return checkpoint()
        .tensor("w", Dtype.F64, List.of((long) ELEMENTS), new byte[8 * ELEMENTS])
        .tensor("ids", Dtype.I8, List.of((long) ELEMENTS), new byte[ELEMENTS]);
  }

  private MergePlan plan() {
    return new Plans(directory)
        .model("a", 0, model())
        .model("b", 10, model())
        .model("c", 0, model())
        .plan();
  }

  private static Soup soup(String name, int... tenths) {
    return new Soup(name, Arrays.stream(tenths).mapToObj(n -> Fraction.of(n, 10)).toList());
  }

  private static List<Integer> models(PlannedMerge planned, Operation operation) {
    return planned.tasks().stream()
        .filter(task -> task.operation() == operation)
        .flatMap(task -> task.sources().stream().map(SourceRange::model))
        .distinct()
        .toList();
  }

  @Test
  void eachSoupUsesItsOwnOfTheSourcesThatAnyUses() {
    PlannedMerge planned =
        MergePlanner.plan(
            plan(), List.of(soup("both", 3, 0, 7), soup("a", 10, 0, 0), soup("c", 0, 0, 10)));
    assertThat(models(planned, Operation.MERGE)).containsExactly(0, 2);
    assertThat(models(planned, Operation.COPY)).containsExactly(0, 1, 2);
    assertThat(planned.soups().stream().map(soup -> soup.spec().sources()))
        .containsExactly(List.of(0, 1), List.of(0), List.of(1));
    assertThat(planned.soups().stream().map(soup -> soup.spec().weights()))
        .containsExactly(
            IntegerWeights.over(10, 3, 7), IntegerWeights.over(1, 1), IntegerWeights.over(1, 1));
  }

  @Test
  void everySoupHasShardsOfItsOwn() {
    PlannedMerge planned =
        MergePlanner.plan(plan(), List.of(soup("x", 10, 0, 0), soup("y", 0, 10, 0)));
    assertThat(planned.shards().keySet())
        .containsExactly(Path.of("x/model.safetensors"), Path.of("y/model.safetensors"));
    assertThat(planned.shardsOf(planned.tasks().getFirst()))
        .containsExactlyElementsOf(planned.shards().keySet());
    assertThat(planned.outputBytes()).isEqualTo(2 * planned.layout().totalSize());
    assertThat(planned.inputBytes()).as("two of three are averaged").isEqualTo(19L * ELEMENTS);
  }

  /** Half of the least memory for uploads is what a worker has for the outputs of tasks. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 12, 63, 64})
  void whatATaskWritesOfAllSoupsTogetherIsBounded(int soups) {
    MergePlan plan = plan();
    List<TensorTask> tasks =
        MergePlanner.plan(
                plan, IntStream.range(0, soups).mapToObj(i -> soup("s" + i, 1, 2, 7)).toList())
            .tasks();
    assertThat(tasks)
        .allSatisfy(task -> {
          assertThat(soups * task.length()).isLessThanOrEqualTo(32 << 20);
          assertThat(task.firstElement() % (64 << 10)).isZero();
        });
    for (String tensor : List.of("w", "ids")) {
      assertThat(
              tasks.stream()
                  .filter(task -> task.tensor().equals(tensor))
                  .mapToLong(TensorTask::elements)
                  .sum())
          .isEqualTo(ELEMENTS);
    }
  }

  @Test
  void aSoupHasTheFingerprintOfThePlanThatMakesItAlone() {
    MergePlan plan = plan();
    Soup soup = soup("x", 3, 0, 7);
    PlannedMerge several = MergePlanner.plan(plan, List.of(soup, soup("y", 0, 10, 0)));
    PlannedMerge alone = MergePlanner.plan(plan.forSoup(soup));
    assertThat(several.soups().getFirst().fingerprint())
        .isEqualTo(alone.soups().getFirst().fingerprint());
    assertThat(several.fingerprint()).isNotEqualTo(alone.fingerprint());
    assertThat(several.soups().getFirst().plan().output().path())
        .isEqualTo(plan.output().path().resolve("x"));
  }

  private static Set<SourceRange> ranges(PlannedMerge planned) {
    return planned.tasks().stream()
        .flatMap(task -> task.sources().stream())
        .collect(Collectors.toSet());
  }

  @Test
  void mergesOfASeriesReadTheSameRangesHoweverManySoupsTheyMake() {
    MergePlan plan = plan();
    OptionalInt series = OptionalInt.of(3);
    Soup x = soup("x", 3, 1, 6);
    PlannedMerge one = MergePlanner.plan(plan, List.of(x), series);
    PlannedMerge three =
        MergePlanner.plan(plan, List.of(x, soup("y", 1, 8, 1), soup("z", 2, 2, 6)), series);
    assertThat(ranges(one)).isEqualTo(ranges(three));
    assertThat(ranges(MergePlanner.plan(plan, List.of(x)))).isNotEqualTo(ranges(one));
    assertThat(one.spec("run", Path.of("/s"), "token").reuseSources()).isTrue();
    assertThat(MergePlanner.plan(plan).spec("run", Path.of("/s"), "token").reuseSources())
        .isFalse();
    assertThat(one.fingerprint()).isNotEqualTo(MergePlanner.plan(plan, List.of(x)).fingerprint());
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(
            () -> MergePlanner.plan(plan, List.of(x, soup("y", 1, 8, 1)), OptionalInt.of(1)));
  }

  @Test
  void thePlansFingerprintDependsOnEverySoup() {
    MergePlan plan = plan();
    Soup x = soup("x", 10, 0, 0);
    assertThat(
            Stream.of(
                    List.of(x),
                    List.of(soup("z", 10, 0, 0)),
                    List.of(soup("x", 0, 10, 0)),
                    List.of(x, soup("y", 0, 10, 0)),
                    List.of(soup("y", 0, 10, 0), x))
                .map(soups -> MergePlanner.plan(plan, soups).fingerprint()))
        .doesNotHaveDuplicates();
  }

  static List<List<Soup>> impossible() {
    Soup soup = soup("x", 10, 0, 0);
    return List.of(
        List.of(),
        List.of(soup, soup),
        List.of(soup, soup("", 10, 0, 0)),
        List.of(soup("of-two-models", 5, 5)),
        IntStream.rangeClosed(0, MergePlanner.MOST_SOUPS)
            .mapToObj(i -> soup("s" + i, 10, 0, 0))
            .toList());
  }

  @ParameterizedTest
  @MethodSource("impossible")
  void soupsThatCannotBeMadeTogetherAreRefused(List<Soup> soups) {
    MergePlan plan = plan();
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> MergePlanner.plan(plan, soups));
  }

  @ParameterizedTest
  @ValueSource(strings = {".", "..", ".hidden", "a/b", "a\nb", "ä"})
  void aNameThatIsNoPlainDirectoryIsRefused(String name) {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> soup(name, 10, 0, 0))
        .withMessageContaining("letters, digits");
  }

  @Test
  void aSoupOfNothingIsRefused() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> soup("x", 0, 0, 0))
        .withMessage("soup 'x' is made of nothing");
  }
}
