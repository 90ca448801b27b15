package dev.stockpot.protocol.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.EnumMap;
import java.util.List;

/** An enum: its constant's place in the list of {@link WireTypes}, whatever its ordinal is. */
final class ChoiceSerializer<E extends Enum<E>> extends Serializer<E> {
  private final Class<E> type;
  private final List<E> constants;
  private final EnumMap<E, Integer> places;

  ChoiceSerializer(WireTypes.Choice<E> choice) {
    super(false, true);
    type = choice.type();
    constants = choice.constants();
    places = new EnumMap<>(type);
    for (int place = 0; place < constants.size(); place++) {
      places.put(constants.get(place), place);
    }
  }

  @Override
  public void write(Kryo kryo, Output output, E constant) {
    Integer place = places.get(constant);
    if (place == null) {
      throw new KryoException(type.getSimpleName() + "." + constant + " is not in WireTypes");
    }
    output.writeVarInt(place, true);
  }

  @Override
  public E read(Kryo kryo, Input input, Class<? extends E> ignored) {
    int place = input.readVarInt(true);
    if (place < 0 || place >= constants.size()) {
      throw new KryoException(
          "this release knows no %s of number %s"
              .formatted(type.getSimpleName(), Integer.toUnsignedString(place)));
    }
    return constants.get(place);
  }
}
