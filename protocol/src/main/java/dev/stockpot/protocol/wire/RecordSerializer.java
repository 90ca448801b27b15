package dev.stockpot.protocol.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A record: the length of all that follows, then its components in the order of their declaration.
 *
 * <p>Components that the receiver does not know are skipped, and those that the sender does not
 * know get their defaults. Kryo's own serializer of records can do neither. Stateless, so that all
 * threads share it.
 */
final class RecordSerializer<R extends Record> extends Serializer<R> {
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.publicLookup();

  private final Class<R> type;
  private final Component<?>[] components;
  private final MethodHandle constructor;
  private final List<Object> defaults;

  /**
   * A component.
   *
   * @param getter of type {@code (Object)Object}
   */
  private record Component<T>(
      String name, Class<T> type, MethodHandle getter, Serializer<T> serializer) {

    @SuppressWarnings("unchecked") // the serializer was made for the component's type
    static <T> Component<T> of(RecordComponent declared, Class<T> type, Serializer<?> serializer)
        throws IllegalAccessException {
      MethodHandle getter =
          LOOKUP
              .unreflect(declared.getAccessor())
              .asType(MethodType.methodType(Object.class, Object.class));
      return new Component<>(declared.getName(), type, getter, (Serializer<T>) serializer);
    }

    T read(Kryo kryo, Input input) {
      return kryo.readObject(input, type, serializer);
    }

    Object of(Object record) {
      @Nullable Object value;
      try {
        value = (Object) getter.invokeExact(record);
      } catch (Throwable e) {
        throw new IllegalStateException(this + " cannot be read", e);
      }
      if (value == null) {
        throw new KryoException(record.getClass().getSimpleName() + " has no " + this);
      }
      return value;
    }

    @Override
    public String toString() {
      return "component '" + name + "'";
    }
  }

  /**
   * For one class of records.
   *
   * @param type public, as all its enclosing classes are
   * @param defaults of the last components, for senders that do not know them
   * @param serializers gives the serializer of a declared type, and is told where it stands
   */
  RecordSerializer(
      Class<R> type, List<Object> defaults, BiFunction<Type, String, Serializer<?>> serializers) {
    super(false, true);
    this.type = type;
    this.defaults = defaults;
    RecordComponent[] declared = type.getRecordComponents();
    if (defaults.size() > declared.length) {
      throw new IllegalArgumentException(type + " has more defaults than components");
    }
    try {
      components = new Component<?>[declared.length];
      for (int i = 0; i < declared.length; i++) {
        String where = type.getSimpleName() + "." + declared[i].getName();
        Serializer<?> serializer = serializers.apply(declared[i].getGenericType(), where);
        components[i] = Component.of(declared[i], declared[i].getType(), serializer);
      }
      Class<?>[] parameters =
          Arrays.stream(declared).map(RecordComponent::getType).toArray(Class<?>[]::new);
      constructor =
          LOOKUP
              .findConstructor(type, MethodType.methodType(void.class, parameters))
              .asSpreader(Object[].class, declared.length)
              .asType(MethodType.methodType(Record.class, Object[].class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(type + " must be public to cross a node", e);
    }
  }

  @Override
  public void write(Kryo kryo, Output output, R record) {
    int start = output.position();
    output.writeByte(0);
    for (Component<?> component : components) {
      kryo.writeObject(output, component.of(record), component.serializer());
    }
    Lengths.close(output, start);
  }

  @Override
  public R read(Kryo kryo, Input input, Class<? extends R> ignored) {
    int length = Lengths.read(input, type.getSimpleName());
    int outerLimit = input.limit();
    int end = input.position() + length;
    input.setLimit(end);
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      values[i] = input.position() < end ? components[i].read(kryo, input) : missing(i);
    }
    input.setPosition(end);
    input.setLimit(outerLimit);
    return construct(values);
  }

  private Object missing(int component) {
    int number = component - components.length + defaults.size();
    if (number < 0) {
      throw new KryoException(type.getSimpleName() + " ends before its " + components[component]);
    }
    return defaults.get(number);
  }

  private R construct(Object[] values) {
    try {
      return type.cast((Record) constructor.invokeExact(values));
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      throw new KryoException(type.getSimpleName() + " refuses its values: " + e.getMessage(), e);
    }
  }
}
