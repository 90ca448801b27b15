package dev.stockpot.protocol.wire;

import com.esotericsoftware.kryo.Serializer;
import dev.stockpot.protocol.wire.WireTypes.Choice;
import dev.stockpot.protocol.wire.WireTypes.RecordType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The serializers of one node, found by the types that records declare. They hold no state, so that
 * all threads share them.
 */
final class WireSerializers {
  private final Map<Class<?>, WireTypes.Type<?>> types = new HashMap<>();
  private final Map<Class<?>, Serializer<?>> made = new HashMap<>(Scalars.BY_TYPE);

  /** Records that are being made: none may be within itself, or nesting would have no bound. */
  private final Set<Class<?>> open = new HashSet<>();

  /**
   * Makes the serializers of the listed types and of all that they hold.
   *
   * @throws IllegalArgumentException if one holds something that is not listed
   */
  WireSerializers(Collection<? extends WireTypes.Type<?>> listed, RefSerializer refs) {
    made.put(ActorRef.class, refs);
    listed.forEach(type -> types.put(type.type(), type));
    listed.forEach(type -> of(type.type(), "the list of types"));
  }

  /** Of a listed class, or of a sealed interface whose classes are all listed. */
  @SuppressWarnings("unchecked") // kept under its own class
  <T> Serializer<T> get(Class<T> type) {
    return (Serializer<T>) ofClass(type, "a message");
  }

  private Serializer<?> of(Type declared, String where) {
    return switch (declared) {
      case Class<?> plain -> ofClass(plain, where);
      case ParameterizedType generic -> ofGeneric(generic, where);
      default -> throw unsupported(declared, where);
    };
  }

  private Serializer<?> ofClass(Class<?> type, String where) {
    Serializer<?> known = made.get(type);
    if (known != null) {
      return known;
    }
    Serializer<?> serializer =
        switch (types.get(type)) {
          case RecordType<?> listed -> ofRecord(listed);
          case Choice<?> listed -> new ChoiceSerializer<>(listed);
          case null -> ofSealed(type, where);
        };
    made.put(type, serializer);
    return serializer;
  }

  private Serializer<?> ofRecord(RecordType<?> listed) {
    if (!open.add(listed.type())) {
      throw new IllegalArgumentException(listed.type() + " is within itself");
    }
    Serializer<?> serializer = new RecordSerializer<>(listed.type(), listed.defaults(), this::of);
    open.remove(listed.type());
    return serializer;
  }

  private Serializer<?> ofSealed(Class<?> type, String where) {
    if (!type.isSealed() || !open.add(type)) {
      throw unsupported(type, where);
    }
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      of(permitted, type.getSimpleName());
    }
    open.remove(type);
    return new SealedSerializer<>(type);
  }

  private Serializer<?> ofGeneric(ParameterizedType type, String where) {
    Type[] arguments = type.getActualTypeArguments();
    Type raw = type.getRawType();
    if (raw == ActorRef.class) {
      return get(ActorRef.class);
    }
    if (raw == List.class) {
      return list(rawClass(arguments[0]), of(arguments[0], where));
    }
    if (raw == Optional.class) {
      return optional(rawClass(arguments[0]), of(arguments[0], where));
    }
    if (raw == Map.class && arguments[0] == Integer.class) {
      return map(rawClass(arguments[1]), of(arguments[1], where));
    }
    throw unsupported(type, where);
  }

  private static Class<?> rawClass(Type type) {
    return type instanceof ParameterizedType generic
        ? (Class<?>) generic.getRawType()
        : (Class<?>) type;
  }

  @SuppressWarnings("unchecked") // both were made for one type
  private static <T> Serializer<?> list(Class<T> type, Serializer<?> elements) {
    return new ListSerializer<>(type, (Serializer<T>) elements);
  }

  @SuppressWarnings("unchecked") // both were made for one type
  private static <T> Serializer<?> optional(Class<T> type, Serializer<?> values) {
    return new OptionalSerializer<>(type, (Serializer<T>) values);
  }

  @SuppressWarnings("unchecked") // both were made for one type
  private static <T> Serializer<?> map(Class<T> type, Serializer<?> values) {
    return new MapSerializer<>(type, (Serializer<T>) values);
  }

  private static IllegalArgumentException unsupported(Type type, String where) {
    return new IllegalArgumentException(
        "%s: %s is not in WireTypes and cannot cross a node".formatted(where, type.getTypeName()));
  }
}
