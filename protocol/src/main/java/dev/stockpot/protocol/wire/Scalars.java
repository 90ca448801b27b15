package dev.stockpot.protocol.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Values without parts. */
final class Scalars {

  private static final Scalar<Boolean> BOOLEAN =
      new Scalar<>(Output::writeBoolean, Input::readBoolean);

  /** From one byte below 128 to five; negative ones take five. */
  private static final Scalar<Integer> INT =
      new Scalar<>(
          (output, value) -> output.writeVarInt(value, true), input -> input.readVarInt(true));

  /** From one byte below 128 to nine; negative ones take nine. */
  private static final Scalar<Long> LONG =
      new Scalar<>(
          (output, value) -> output.writeVarLong(value, true), input -> input.readVarLong(true));

  private static final Scalar<Double> DOUBLE = new Scalar<>(Output::writeDouble, Input::readDouble);

  private static final Scalar<String> STRING = new Scalar<>(Scalars::writeText, Scalars::readText);

  /** Seconds since 1970, then nanoseconds. */
  private static final Scalar<Instant> INSTANT =
      new Scalar<>(
          (output, value) -> {
            output.writeVarLong(value.getEpochSecond(), false);
            output.writeVarInt(value.getNano(), true);
          },
          Scalars::readInstant);

  /** Whether there is one, then it. */
  private static final Scalar<OptionalInt> OPTIONAL_INT =
      new Scalar<>(
          (output, value) -> {
            output.writeBoolean(value.isPresent());
            value.ifPresent(present -> output.writeVarInt(present, true));
          },
          input ->
              input.readBoolean() ? OptionalInt.of(input.readVarInt(true)) : OptionalInt.empty());

  /** Likewise. */
  private static final Scalar<OptionalLong> OPTIONAL_LONG =
      new Scalar<>(
          (output, value) -> {
            output.writeBoolean(value.isPresent());
            value.ifPresent(present -> output.writeVarLong(present, true));
          },
          input ->
              input.readBoolean()
                  ? OptionalLong.of(input.readVarLong(true))
                  : OptionalLong.empty());

  /** By declared type. */
  static final Map<Class<?>, Serializer<?>> BY_TYPE =
      Map.ofEntries(
          Map.entry(boolean.class, BOOLEAN),
          Map.entry(Boolean.class, BOOLEAN),
          Map.entry(int.class, INT),
          Map.entry(Integer.class, INT),
          Map.entry(long.class, LONG),
          Map.entry(Long.class, LONG),
          Map.entry(double.class, DOUBLE),
          Map.entry(Double.class, DOUBLE),
          Map.entry(String.class, STRING),
          Map.entry(Instant.class, INSTANT),
          Map.entry(OptionalInt.class, OPTIONAL_INT),
          Map.entry(OptionalLong.class, OPTIONAL_LONG));

  private Scalars() {}

  /** UTF-8 after its length in bytes. */
  static void writeText(Output output, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Lengths.write(output, bytes.length);
    output.writeBytes(bytes);
  }

  /** What {@link #writeText} wrote. Kryo's own reader believes whatever length it is told. */
  static String readText(Input input) {
    int length = Lengths.read(input, "a text");
    int start = input.position();
    input.setPosition(start + length);
    return new String(input.getBuffer(), start, length, StandardCharsets.UTF_8);
  }

  private static Instant readInstant(Input input) {
    long seconds = input.readVarLong(false);
    int nanos = input.readVarInt(true);
    try {
      return Instant.ofEpochSecond(seconds, nanos);
    } catch (DateTimeException | ArithmeticException e) {
      throw new KryoException("no time is " + seconds + " seconds from 1970", e);
    }
  }

  private static final class Scalar<T> extends Serializer<T> {
    private final BiConsumer<Output, T> write;
    private final Function<Input, T> read;

    Scalar(BiConsumer<Output, T> write, Function<Input, T> read) {
      super(false, true);
      this.write = write;
      this.read = read;
    }

    @Override
    public void write(Kryo kryo, Output output, T value) {
      write.accept(output, value);
    }

    @Override
    public T read(Kryo kryo, Input input, Class<? extends T> type) {
      return read.apply(input);
    }
  }
}
