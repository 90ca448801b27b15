package dev.stockpot.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import dev.stockpot.protocol.wire.WireTypes.Choice;
import dev.stockpot.protocol.wire.WireTypes.Part;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Two releases of the same records. */
class RecordSerializerTest {
  private static final List<WireTypes.Type<?>> OLD =
      List.of(
          new Part<>(20, OldPoint.class, List.of()),
          new Part<>(21, OldLine.class, List.of()),
          new Part<>(22, Circle.class, List.of()),
          new Choice<>(60, OldColour.class, List.of(OldColour.RED, OldColour.BLUE)));
  private static final List<WireTypes.Type<?>> NEW =
      List.of(
          new Part<>(20, NewPoint.class, List.of(-1L, Optional.empty())),
          new Part<>(21, NewLine.class, List.of(NewColour.RED)),
          new Choice<>(
              60, NewColour.class, List.of(NewColour.RED, NewColour.BLUE, NewColour.GREEN)));

  public enum OldColour {
    BLUE,
    RED
  }

  public enum NewColour {
    GREEN,
    BLUE,
    RED
  }

  public record OldPoint(int x, int y) {}

  public record NewPoint(int x, int y, long z, Optional<String> name) {}

  public record OldLine(List<OldPoint> points, Map<Integer, OldPoint> stops) {}

  public record NewLine(List<NewPoint> points, Map<Integer, NewPoint> stops, NewColour colour) {}

  public record Circle(OldColour colour) {}

  public sealed interface Shape {}

  public record Square(double side, boolean filled) implements Shape {}

  public record Dot(OldColour colour) implements Shape {}

  public record Drawing(List<Shape> shapes, List<Optional<Integer>> marks) {}

  public record Tree(List<Tree> children) {}

  public record Raw(Object anything) {}

  record Hidden(int value) {}

  /** One node's knowledge. */
  private record Release(WireSerializers serializers, Kryo kryo) {
    static Release of(List<? extends WireTypes.Type<?>> types) {
      RefSerializer noRefs =
          new RefSerializer(() -> {
            throw new IllegalStateException("no actors here");
          });
      WireSerializers serializers = new WireSerializers(types, noRefs);
      return new Release(serializers, WireFormat.kryo(types, serializers));
    }

    <T> byte[] bytes(Class<T> type, T object) {
      try (Output output = new Output(16, 1 << 20)) {
        kryo.writeObject(output, object, serializers.get(type));
        return output.toBytes();
      }
    }

    <T> T read(Class<T> type, byte[] bytes) {
      return kryo.readObject(new Input(bytes), type, serializers.get(type));
    }
  }

  private final Release oldRelease = Release.of(OLD);
  private final Release newRelease = Release.of(NEW);

  @Test
  void anOlderNodeSkipsWhatItDoesNotKnow() {
    NewLine line =
        new NewLine(
            List.of(
                new NewPoint(1, 2, 3, Optional.of("a")),
                new NewPoint(4, 5, 6, Optional.of("x".repeat(500)))),
            Map.of(7, new NewPoint(8, 9, 10, Optional.empty())),
            NewColour.GREEN);
    assertThat(oldRelease.read(OldLine.class, newRelease.bytes(NewLine.class, line)))
        .isEqualTo(
            new OldLine(
                List.of(new OldPoint(1, 2), new OldPoint(4, 5)), Map.of(7, new OldPoint(8, 9))));
  }

  @Test
  void aNewerNodeFillsInWhatAnOlderOneDoesNotSend() {
    OldLine line = new OldLine(List.of(new OldPoint(1, 2)), Map.of(7, new OldPoint(8, 9)));
    assertThat(newRelease.read(NewLine.class, oldRelease.bytes(OldLine.class, line)))
        .isEqualTo(
            new NewLine(
                List.of(new NewPoint(1, 2, -1, Optional.empty())),
                Map.of(7, new NewPoint(8, 9, -1, Optional.empty())),
                NewColour.RED));
  }

  @Test
  void aComponentWithoutADefaultMustBeThere() {
    assertThatExceptionOfType(KryoException.class)
        .isThrownBy(() -> newRelease.read(NewPoint.class, new byte[] {1, 5}))
        .withMessage("NewPoint ends before its component 'y'");
  }

  @Test
  void constantsKeepTheirPlacesWhateverTheirOrder() {
    byte[] red = oldRelease.bytes(OldColour.class, OldColour.RED);
    byte[] green = newRelease.bytes(NewColour.class, NewColour.GREEN);
    assertThat(newRelease.read(NewColour.class, red)).isEqualTo(NewColour.RED);
    assertThatExceptionOfType(KryoException.class)
        .isThrownBy(() -> oldRelease.read(OldColour.class, green))
        .withMessage("this release knows no OldColour of number 2");
  }

  @Test
  void sealedInterfacesListsOfListsAndNumbersComeBack() {
    Release release =
        Release.of(
            List.of(
                new Part<>(20, Drawing.class, List.of()),
                new Part<>(21, Square.class, List.of()),
                new Part<>(22, Dot.class, List.of()),
                OLD.getLast()));
    Drawing drawing =
        new Drawing(
            List.of(new Square(0.1, true), new Dot(OldColour.BLUE), new Square(-0.0, false)),
            List.of(Optional.of(1), Optional.empty()));
    assertThat(release.read(Drawing.class, release.bytes(Drawing.class, drawing)))
        .isEqualTo(drawing);
  }

  @Test
  void aConstructorThatRefusesItsValuesIsNamed() {
    Release release = Release.of(List.of(new Part<>(20, Positive.class, List.of())));
    byte[] bytes = {1, 0};
    assertThatExceptionOfType(KryoException.class)
        .isThrownBy(() -> release.read(Positive.class, bytes))
        .withMessage("Positive refuses its values: 0 is not positive");
  }

  public record Positive(int value) {
    public Positive {
      if (value <= 0) {
        throw new IllegalArgumentException(value + " is not positive");
      }
    }
  }

  @Test
  void typesThatAreNotListedAreRefusedBeforeAnythingIsSent() {
    assertRefused(new Part<>(20, Dot.class, List.of()), "OldColour is not in WireTypes");
    assertRefused(new Part<>(20, Raw.class, List.of()), "Raw.anything: java.lang.Object");
    assertRefused(new Part<>(20, Drawing.class, List.of()), "is not in WireTypes");
  }

  @Test
  void recordsWithinThemselvesAreRefusedBecauseNothingBoundsTheirDepth() {
    assertRefused(new Part<>(20, Tree.class, List.of()), "Tree is within itself");
  }

  @Test
  void recordsThatAreNotPublicAreRefused() {
    assertRefused(new Part<>(20, Hidden.class, List.of()), "must be public to cross a node");
  }

  private static void assertRefused(Part<?> part, String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Release.of(List.of(part)))
        .withMessageContaining(why);
  }
}
