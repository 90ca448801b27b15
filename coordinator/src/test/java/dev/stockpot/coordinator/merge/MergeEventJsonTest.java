package dev.stockpot.coordinator.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.coordinator.merge.MergeEvent.Accepted;
import dev.stockpot.coordinator.merge.MergeEvent.ReceiptsRevoked;
import dev.stockpot.coordinator.merge.MergeEvent.TensorsRecorded;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.Receipt.StageNanos;
import java.io.NotSerializableException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MergeEventJsonTest {

  private final MergeEventJson json = new MergeEventJson();

  static Stream<MergeEvent> events() {
    return Stream.of(
        new Accepted("0123abcd", 17_000),
        new Accepted("", 0),
        new TensorsRecorded(List.of()),
        new TensorsRecorded(
            List.of(
                new Receipt(
                    0,
                    List.of(new Receipt.Output(-1, 0, 0)),
                    List.of(Integer.MIN_VALUE, 7),
                    StageNanos.ZERO),
                new Receipt(
                    Integer.MAX_VALUE,
                    List.of(
                        new Receipt.Output(0, Long.MAX_VALUE, 3),
                        new Receipt.Output(Integer.MIN_VALUE, 0, 1)),
                    List.of(),
                    new StageNanos(1, 2, Long.MAX_VALUE)))),
        new ReceiptsRevoked(List.of(3, 1, 2)),
        new ReceiptsRevoked(List.of()));
  }

  @ParameterizedTest
  @MethodSource("events")
  void anEventComesBackAsItWas(MergeEvent event) throws NotSerializableException {
    assertThat(json.fromBinary(json.toBinary(event), json.manifest(event))).isEqualTo(event);
  }

  @Test
  void everyKindOfEventIsAmongTheTested() {
    Set<Class<?>> tested = new HashSet<>();
    events().forEach(event -> tested.add(event.getClass()));
    assertThat(tested).containsExactlyInAnyOrder(MergeEvent.class.getPermittedSubclasses());
  }

  @Test
  void theManifestsOfFirstReleaseStayReadable() throws NotSerializableException {
    assertThat(read("{\"fingerprint\":\"f\",\"tasks\":2}", "job-accepted/1"))
        .isEqualTo(new Accepted("f", 2));
    assertThat(read("{\"tasks\":[4,5]}", "receipts-revoked/1"))
        .isEqualTo(new ReceiptsRevoked(List.of(4, 5)));
    assertThat(
            read(
                """
                {"receipts":[{"task":1,"outputCrc":-2,"sourceCrcs":[3,4],"nan":5,"infinity":6,
                 "times":{"read":7,"merge":8,"write":9}}]}
                """,
                "tensors-recorded/1"))
        .isEqualTo(
            new TensorsRecorded(
                List.of(
                    new Receipt(
                        1,
                        List.of(new Receipt.Output(-2, 5, 6)),
                        List.of(3, 4),
                        new StageNanos(7, 8, 9)))));
  }

  @Test
  void anEventOfALaterReleaseIsRefusedByItsName() {
    assertThatExceptionOfType(NotSerializableException.class)
        .isThrownBy(() -> read("{}", "tensors-recorded/3"))
        .withMessageContaining("'tensors-recorded/3' of a later release");
  }

  private Object read(String text, String manifest) throws NotSerializableException {
    return json.fromBinary(text.getBytes(StandardCharsets.UTF_8), manifest);
  }
}
