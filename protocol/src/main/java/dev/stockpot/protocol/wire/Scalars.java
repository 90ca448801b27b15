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

/** Values without parts. */
final class Scalars {

  /** By declared type. */
  static final Map<Class<?>, Serializer<?>> BY_TYPE =
      Map.ofEntries(
          Map.entry(boolean.class, new OfBoolean()),
          Map.entry(Boolean.class, new OfBoolean()),
          Map.entry(int.class, new OfInt()),
          Map.entry(Integer.class, new OfInt()),
          Map.entry(long.class, new OfLong()),
          Map.entry(Long.class, new OfLong()),
          Map.entry(double.class, new OfDouble()),
          Map.entry(Double.class, new OfDouble()),
          Map.entry(String.class, new OfString()),
          Map.entry(Instant.class, new OfInstant()),
          Map.entry(OptionalInt.class, new OfOptionalInt()),
          Map.entry(OptionalLong.class, new OfOptionalLong()));

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

  private abstract static class Scalar<T> extends Serializer<T> {
    Scalar() {
      super(false, true);
    }
  }

  private static final class OfBoolean extends Scalar<Boolean> {
    @Override
    public void write(Kryo kryo, Output output, Boolean value) {
      output.writeBoolean(value);
    }

    @Override
    public Boolean read(Kryo kryo, Input input, Class<? extends Boolean> type) {
      return input.readBoolean();
    }
  }

  /** From one byte below 128 to five; negative ones take five. */
  private static final class OfInt extends Scalar<Integer> {
    @Override
    public void write(Kryo kryo, Output output, Integer value) {
      output.writeVarInt(value, true);
    }

    @Override
    public Integer read(Kryo kryo, Input input, Class<? extends Integer> type) {
      return input.readVarInt(true);
    }
  }

  /** From one byte below 128 to nine; negative ones take nine. */
  private static final class OfLong extends Scalar<Long> {
    @Override
    public void write(Kryo kryo, Output output, Long value) {
      output.writeVarLong(value, true);
    }

    @Override
    public Long read(Kryo kryo, Input input, Class<? extends Long> type) {
      return input.readVarLong(true);
    }
  }

  /** Whether there is one, then it. */
  private static final class OfOptionalInt extends Scalar<OptionalInt> {
    @Override
    public void write(Kryo kryo, Output output, OptionalInt value) {
      output.writeBoolean(value.isPresent());
      value.ifPresent(present -> output.writeVarInt(present, true));
    }

    @Override
    public OptionalInt read(Kryo kryo, Input input, Class<? extends OptionalInt> type) {
      return input.readBoolean() ? OptionalInt.of(input.readVarInt(true)) : OptionalInt.empty();
    }
  }

  /** Likewise. */
  private static final class OfOptionalLong extends Scalar<OptionalLong> {
    @Override
    public void write(Kryo kryo, Output output, OptionalLong value) {
      output.writeBoolean(value.isPresent());
      value.ifPresent(present -> output.writeVarLong(present, true));
    }

    @Override
    public OptionalLong read(Kryo kryo, Input input, Class<? extends OptionalLong> type) {
      return input.readBoolean() ? OptionalLong.of(input.readVarLong(true)) : OptionalLong.empty();
    }
  }

  private static final class OfDouble extends Scalar<Double> {
    @Override
    public void write(Kryo kryo, Output output, Double value) {
      output.writeDouble(value);
    }

    @Override
    public Double read(Kryo kryo, Input input, Class<? extends Double> type) {
      return input.readDouble();
    }
  }

  private static final class OfString extends Scalar<String> {
    @Override
    public void write(Kryo kryo, Output output, String value) {
      writeText(output, value);
    }

    @Override
    public String read(Kryo kryo, Input input, Class<? extends String> type) {
      return readText(input);
    }
  }

  /** Seconds since 1970, then nanoseconds. */
  private static final class OfInstant extends Scalar<Instant> {
    @Override
    public void write(Kryo kryo, Output output, Instant value) {
      output.writeVarLong(value.getEpochSecond(), false);
      output.writeVarInt(value.getNano(), true);
    }

    @Override
    public Instant read(Kryo kryo, Input input, Class<? extends Instant> type) {
      long seconds = input.readVarLong(false);
      int nanos = input.readVarInt(true);
      try {
        return Instant.ofEpochSecond(seconds, nanos);
      } catch (DateTimeException | ArithmeticException e) {
        throw new KryoException("no time is " + seconds + " seconds from 1970", e);
      }
    }
  }
}
