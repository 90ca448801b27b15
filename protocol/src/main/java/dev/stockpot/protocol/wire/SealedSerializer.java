package dev.stockpot.protocol.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.jspecify.annotations.Nullable;

/** One of a sealed interface's classes: its id, then the object. */
final class SealedSerializer<T> extends Serializer<T> {
  private final Class<T> type;

  SealedSerializer(Class<T> type) {
    super(false, true);
    this.type = type;
  }

  @Override
  public void write(Kryo kryo, Output output, T object) {
    Registration registration = kryo.writeClass(output, object.getClass());
    kryo.writeObject(output, object, registration.getSerializer());
  }

  @Override
  public T read(Kryo kryo, Input input, Class<? extends T> ignored) {
    @Nullable Registration registration = kryo.readClass(input);
    if (registration == null || !type.isAssignableFrom(registration.getType())) {
      throw new KryoException(
          "expected a %s, found %s"
              .formatted(
                  type.getSimpleName(),
                  registration == null ? "nothing" : registration.getType().getSimpleName()));
    }
    return read(kryo, input, registration);
  }

  private <S> T read(Kryo kryo, Input input, Registration registration) {
    @SuppressWarnings("unchecked")
    Class<S> found = registration.getType();
    return type.cast(kryo.readObject(input, found, registration.getSerializer()));
  }
}
