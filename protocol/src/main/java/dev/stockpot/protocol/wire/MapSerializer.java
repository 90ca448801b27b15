package dev.stockpot.protocol.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A map from whole numbers: its size, then keys and values.
 *
 * <p>At most {@link #LARGEST}: keys that were chosen to collide make the JDK's immutable maps cost
 * the square of their size, and no lease needs more.
 */
final class MapSerializer<T> extends Serializer<Map<Integer, T>> {
  static final int LARGEST = 4096;

  private final Class<T> type;
  private final Serializer<T> values;

  MapSerializer(Class<T> type, Serializer<T> values) {
    super(false, true);
    this.type = type;
    this.values = values;
  }

  @Override
  public void write(Kryo kryo, Output output, Map<Integer, T> map) {
    Lengths.write(output, check(map.size()));
    map.forEach((key, value) -> {
      output.writeVarInt(key, true);
      kryo.writeObject(output, value, values);
    });
  }

  @Override
  public Map<Integer, T> read(Kryo kryo, Input input, Class<? extends Map<Integer, T>> ignored) {
    int size = check(Lengths.read(input, "a map"));
    Map<Integer, T> map = LinkedHashMap.newLinkedHashMap(size);
    for (int i = 0; i < size; i++) {
      int key = input.readVarInt(true);
      if (map.put(key, kryo.readObject(input, type, values)) != null) {
        throw new KryoException("a map has the key " + key + " twice");
      }
    }
    return Map.copyOf(map);
  }

  private static int check(int size) {
    if (size > LARGEST) {
      throw new KryoException("a map has " + size + " entries, over " + LARGEST);
    }
    return size;
  }
}
