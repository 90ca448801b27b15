package dev.stockpot.coordinator.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.coordinator.queue.state.QueueEvent;
import dev.stockpot.coordinator.queue.state.QueueJson;
import dev.stockpot.coordinator.queue.state.QueueRecord;
import dev.stockpot.coordinator.queue.state.QueueSnapshot;
import java.io.NotSerializableException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class QueueJsonTest {

  private final QueueJson json = new QueueJson();

  static Stream<QueueRecord> records() {
    List<QueueEvent> all = new ArrayList<>(QueueEvents.recorded());
    all.addAll(QueueEvents.later());
    return Stream.concat(all.stream(), Stream.of(QueueEvents.state(all).snapshot()));
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
    assertThat(tested).containsAll(kinds(QueueEvent.class)).contains(QueueSnapshot.class);
  }

  private static Set<Class<?>> kinds(Class<?> sealed) {
    Set<Class<?>> kinds = new HashSet<>();
    for (Class<?> kind : sealed.getPermittedSubclasses()) {
      kinds.addAll(kind.isSealed() ? kinds(kind) : Set.of(kind));
    }
    return kinds;
  }

  @Test
  void aRecordOfALaterReleaseIsRefusedByItsName() {
    assertThatExceptionOfType(NotSerializableException.class)
        .isThrownBy(() -> json.fromBinary("{}".getBytes(StandardCharsets.UTF_8), "started/2"))
        .withMessageContaining("'started/2' of a later release");
  }
}
