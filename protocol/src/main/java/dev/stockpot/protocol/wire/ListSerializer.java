package dev.stockpot.protocol.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.List;

/** A list: its size, then its elements. */
final class ListSerializer<T> extends Serializer<List<T>> {
  private final Class<T> type;
  private final Serializer<T> elements;

  ListSerializer(Class<T> type, Serializer<T> elements) {
    super(false, true);
    this.type = type;
    this.elements = elements;
  }

  @Override
  public void write(Kryo kryo, Output output, List<T> list) {
    Lengths.write(output, list.size());
    for (T element : list) {
      kryo.writeObject(output, element, elements);
    }
  }

  @Override
  public List<T> read(Kryo kryo, Input input, Class<? extends List<T>> ignored) {
    Object[] read = new Object[Lengths.read(input, "a list")];
    for (int i = 0; i < read.length; i++) {
      read[i] = kryo.readObject(input, type, elements);
    }
    @SuppressWarnings("unchecked") // read by the elements' serializer
    List<T> list = (List<T>) List.of(read);
    return list;
  }
}
