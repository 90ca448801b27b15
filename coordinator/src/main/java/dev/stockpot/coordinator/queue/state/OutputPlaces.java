package dev.stockpot.coordinator.queue.state;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which job writes where, so that no two write the same directory, or one inside the other's, at
 * the same time.
 */
public final class OutputPlaces {

  /** Every key ends with a slash, so that what is inside a directory sorts right behind it. */
  private final TreeMap<String, String> jobs = new TreeMap<>();

  public void take(Collection<String> places, String job) {
    places.forEach(place -> jobs.putIfAbsent(key(place), job));
  }

  /** A job that writes at, above or below one of the places. */
  public Optional<String> taken(Collection<String> places) {
    return places.stream().flatMap(place -> taken(key(place)).stream()).findFirst();
  }

  private Optional<String> taken(String key) {
    Map.Entry<String, String> inside = jobs.ceilingEntry(key);
    if (inside != null && inside.getKey().startsWith(key)) {
      return Optional.of(inside.getValue());
    }
    for (int slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
      String job = jobs.get(key.substring(0, slash + 1));
      if (job != null) {
        return Optional.of(job);
      }
    }
    return Optional.empty();
  }

  private static String key(String place) {
    return place.endsWith("/") ? place : place + "/";
  }
}
