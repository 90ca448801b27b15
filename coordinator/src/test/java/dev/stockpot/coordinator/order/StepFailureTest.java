package dev.stockpot.coordinator.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.merge.Failure;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class StepFailureTest {

  @Test
  void memoryThatRunsOutIsAFailureOfItsOwnKindWithACure() {
    Failure failure =
        StepFailure.of("job a", new CompletionException(new OutOfMemoryError("Java heap space")));
    assertThat(failure.kind()).isEqualTo(Failure.Kind.OUT_OF_DEVICE_MEMORY);
    assertThat(failure.message()).contains("out of memory (Java heap space)", "--memory 2GB");
  }
}
