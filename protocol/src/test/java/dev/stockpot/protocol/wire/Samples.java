package dev.stockpot.protocol.wire;

import dev.stockpot.protocol.WireMessage;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;

/** Values of any type that a message may hold, edge values among them. */
final class Samples {
  private static final List<Integer> INTS =
      List.of(0, 1, -1, 127, 128, 16_383, 16_384, Integer.MAX_VALUE, Integer.MIN_VALUE);
  private static final List<Long> LONGS =
      List.of(0L, 1L, -1L, 1L << 35, 1L << 53, -(1L << 53), Long.MAX_VALUE, Long.MIN_VALUE);
  private static final List<String> TEXTS =
      List.of("", "a", "model.layers.31.mlp.up_proj.weight", "Töpfe\n€😀\0", "x".repeat(200));
  private static final List<Instant> TIMES =
      List.of(
          Instant.EPOCH, Instant.MIN, Instant.MAX, Instant.parse("2026-03-01T10:11:12.123456789Z"));
  private static final List<Integer> SIZES = List.of(0, 1, 2, 3, 5);

  private final RandomGenerator random;
  private final ActorRef<?> ref;

  Samples(RandomGenerator random, ActorRef<?> ref) {
    this.random = random;
    this.ref = ref;
  }

  WireMessage message() {
    return (WireMessage) of(oneOf(WireTypes.MESSAGES).type());
  }

  Object of(Type type) {
    return switch (type) {
      case Class<?> c when c == boolean.class || c == Boolean.class -> random.nextBoolean();
      case Class<?> c when c == int.class || c == Integer.class -> oneOf(INTS);
      case Class<?> c when c == long.class || c == Long.class -> oneOf(LONGS);
      case Class<?> c when c == OptionalInt.class ->
          random.nextBoolean() ? OptionalInt.of(oneOf(INTS)) : OptionalInt.empty();
      case Class<?> c when c == OptionalLong.class ->
          random.nextBoolean() ? OptionalLong.of(oneOf(LONGS)) : OptionalLong.empty();
      case Class<?> c when c == double.class || c == Double.class -> random.nextDouble();
      case Class<?> c when c == String.class -> oneOf(TEXTS);
      case Class<?> c when c == Instant.class -> oneOf(TIMES);
      case Class<?> c when c.isEnum() -> oneOf(Arrays.asList(c.getEnumConstants()));
      case Class<?> c when c.isRecord() -> record(c);
      case Class<?> c when c.isSealed() -> of(oneOf(Arrays.asList(c.getPermittedSubclasses())));
      case ParameterizedType generic -> ofGeneric(generic);
      default -> throw new IllegalArgumentException("no sample of " + type);
    };
  }

  private Object ofGeneric(ParameterizedType type) {
    Type last = type.getActualTypeArguments()[type.getActualTypeArguments().length - 1];
    Type raw = type.getRawType();
    if (raw == List.class) {
      List<Object> list = new ArrayList<>();
      for (int i = oneOf(SIZES); i > 0; i--) {
        list.add(of(last));
      }
      return list;
    }
    if (raw == Map.class) {
      Map<Object, Object> map = new LinkedHashMap<>();
      for (int i = oneOf(SIZES); i > 0; i--) {
        map.put(random.nextInt(), of(last));
      }
      return map;
    }
    if (raw == Optional.class) {
      return random.nextBoolean() ? Optional.of(of(last)) : Optional.empty();
    }
    if (raw == ActorRef.class) {
      return ref;
    }
    throw new IllegalArgumentException("no sample of " + type);
  }

  /** With values that its constructor accepts, which are not all. */
  private Object record(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    for (int attempt = 0; attempt < 10_000; attempt++) {
      Object[] values =
          Arrays.stream(components).map(component -> of(component.getGenericType())).toArray();
      try {
        Constructor<?> constructor = type.getDeclaredConstructor(types);
        return constructor.newInstance(values);
      } catch (InvocationTargetException e) {
        if (!(e.getCause() instanceof IllegalArgumentException)) {
          throw new AssertionError(type + " refuses " + Arrays.toString(values), e);
        }
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(type + " cannot be made", e);
      }
    }
    throw new AssertionError(type + " accepts nothing");
  }

  private <T> T oneOf(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
