package dev.stockpot.coordinator.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.NotSerializableException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class QueueJsonTest {

  private final QueueJson json = new QueueJson();

  static Stream<QueueRecord> records() {
    return Stream.concat(
        QueueEvents.recorded().stream(),
        Stream.of(QueueEvents.state(QueueEvents.recorded()).snapshot()));
  }

  @ParameterizedTest
  @MethodSource("records")
  void aRecordComesBackAsItWas(QueueRecord written) throws NotSerializableException {
    assertThat(json.fromBinary(json.toBinary(written), json.manifest(written))).isEqualTo(written);
  }

  @Test
  void everyKindOfRecordIsAmongTheTested() {
    Set<Class<?>> tested = new HashSet<>();
    records().forEach(each -> tested.add(each.getClass()));
    assertThat(tested)
        .containsAll(Set.of(QueueEvent.class.getPermittedSubclasses()))
        .contains(QueueSnapshot.class);
  }

  @Test
  void aRecordOfALaterReleaseIsRefusedByItsName() {
    assertThatExceptionOfType(NotSerializableException.class)
        .isThrownBy(() -> json.fromBinary("{}".getBytes(StandardCharsets.UTF_8), "started/2"))
        .withMessageContaining("'started/2' of a later release");
  }
}
