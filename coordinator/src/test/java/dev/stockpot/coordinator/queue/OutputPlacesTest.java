package dev.stockpot.coordinator.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.queue.state.OutputPlaces;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputPlacesTest {

  private static Optional<String> taken(String place) {
    OutputPlaces places = new OutputPlaces();
    places.take(List.of("/out/soup-1", "/out/soup", "/out/soup.b/deep"), "job");
    return places.taken(List.of("/elsewhere", place));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/out/soup", "/out/soup/", "/out/soup/in/side", "/out", "/", "/out/soup.b"})
  void theSamePlaceOrOneInsideTheOtherIsTaken(String place) {
    assertThat(taken(place)).contains("job");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/out/soup-2", "/out/sou", "/out/soup.c", "/out/soup.b/dee", "/outs"})
  void aNeighbourIsFree(String place) {
    assertThat(taken(place)).isEmpty();
  }

  @Test
  void whoCameFirstIsNamed() {
    OutputPlaces places = new OutputPlaces();
    places.take(List.of("/out"), "first");
    places.take(List.of("/out"), "second");
    assertThat(places.taken(List.of("/out"))).contains("first");
  }
}
