package dev.stockpot.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.protocol.WireMessage;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Test;

/** Walks everything that a {@link WireMessage} may be or hold. */
class WireTypesTest {

  /** Records and enums that are reached from a type; of an actor's address only the address. */
  private static Set<Class<?>> reachedFrom(Type start) {
    Set<Class<?>> reached = new LinkedHashSet<>();
    walk(start, reached);
    return reached;
  }

  private static void walk(Type type, Set<Class<?>> reached) {
    switch (type) {
      case ParameterizedType generic when generic.getRawType() == ActorRef.class -> {}
      case ParameterizedType generic ->
          Arrays.stream(generic.getActualTypeArguments())
              .forEach(argument -> walk(argument, reached));
      case Class<?> sealed when sealed.isSealed() ->
          Arrays.stream(sealed.getPermittedSubclasses())
              .forEach(permitted -> walk(permitted, reached));
      case Class<?> enumeration when enumeration.isEnum() -> reached.add(enumeration);
      case Class<?> record when record.isRecord() -> {
        if (reached.add(record)) {
          for (RecordComponent component : record.getRecordComponents()) {
            walk(component.getGenericType(), reached);
          }
        }
      }
      case Class<?> scalar -> assertThat(Scalars.BY_TYPE).containsKey(scalar);
      default -> throw new AssertionError(type);
    }
  }

  @Test
  void everyClassThatAMessageMayHoldIsListedAndNoOther() {
    Set<Class<?>> reached = reachedFrom(WireMessage.class);
    assertThat(reached).hasSizeGreaterThan(20);
    assertThat(WireTypes.ALL.stream().<Class<?>>map(WireTypes.Type::type))
        .containsExactlyInAnyOrderElementsOf(reached);
  }

  @Test
  void theMessagesAreThePermittedRecords() {
    assertThat(WireTypes.MESSAGES)
        .extracting(WireTypes.Message::type)
        .allMatch(WireMessage.class::isAssignableFrom);
    assertThat(WireTypes.PARTS)
        .extracting(WireTypes.Part::type)
        .noneMatch(WireMessage.class::isAssignableFrom);
  }

  @Test
  void noIdAndNoManifestIsGivenTwice() {
    assertThat(WireTypes.ALL).extracting(WireTypes.Type::id).doesNotHaveDuplicates();
    assertThat(WireTypes.MESSAGES)
        .extracting(WireTypes.Message::manifest)
        .doesNotHaveDuplicates()
        .allMatch(manifest -> manifest.matches("[a-z-]+/[0-9]+"));
  }

  @Test
  void everyConstantOfEveryEnumHasItsPlace() {
    for (WireTypes.Choice<?> choice : WireTypes.CHOICES) {
      assertThat(List.<Object>copyOf(choice.constants()))
          .as(choice.type().getName())
          .containsExactlyInAnyOrder((Object[]) choice.type().getEnumConstants());
    }
  }
}
