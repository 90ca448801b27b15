package dev.stockpot.protocol.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.Optional;

/** An optional value: a byte that is 0 without it, else 1 and the value. */
final class OptionalSerializer<T> extends Serializer<Optional<T>> {
  private final Class<T> type;
  private final Serializer<T> values;

  OptionalSerializer(Class<T> type, Serializer<T> values) {
    super(false, true);
    this.type = type;
    this.values = values;
  }

  @Override
  public void write(Kryo kryo, Output output, Optional<T> optional) {
    output.writeBoolean(optional.isPresent());
    optional.ifPresent(value -> kryo.writeObject(output, value, values));
  }

  @Override
  public Optional<T> read(Kryo kryo, Input input, Class<? extends Optional<T>> ignored) {
    return input.readBoolean()
        ? Optional.of(kryo.readObject(input, type, values))
        : Optional.empty();
  }
}
