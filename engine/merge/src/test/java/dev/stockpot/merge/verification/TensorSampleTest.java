package dev.stockpot.merge.verification;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TensorSampleTest {
  private static List<Long> sample(int count, Long... sizes) {
    return TensorSample.of(List.of(sizes), Long::longValue, count);
  }

  @Test
  void theLargestAndTheSmallestWithBytesAreAlwaysAmongThem() {
    assertThat(sample(2, 5L, 0L, 9L, 3L, 7L)).containsExactly(9L, 3L);
    assertThat(sample(1, 5L, 9L, 3L)).containsExactly(9L);
  }

  @Test
  void asManyAsAskedForAreChosenInOrder() {
    List<Long> sizes = LongStream.rangeClosed(1, 50).boxed().toList();
    for (int count = 1; count <= 50; count++) {
      List<Long> chosen = TensorSample.of(sizes, Long::longValue, count);
      assertThat(chosen).hasSize(count).isSorted().doesNotHaveDuplicates();
      assertThat(TensorSample.of(sizes, Long::longValue, count)).isEqualTo(chosen);
    }
  }

  @Test
  void theOthersAreSpreadOverTheWholeList() {
    List<Long> sizes = LongStream.range(0, 1000).boxed().toList();
    List<Long> chosen = TensorSample.of(sizes, Long::longValue, 12);
    for (long from = 0; from < 1000; from += 200) {
      long start = from;
      assertThat(chosen).anyMatch(index -> index >= start && index < start + 200);
    }
  }

  @Test
  void moreThanThereAreAreAllOfThem() {
    assertThat(sample(16, 5L, 0L)).containsExactly(5L, 0L);
    assertThat(sample(16)).isEmpty();
  }

  @Test
  void emptyTensorsAloneCanBeChosen() {
    assertThat(sample(2, 0L, 0L, 0L)).hasSize(2);
  }
}
