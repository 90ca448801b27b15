package dev.stockpot.metrics;

import java.util.HashMap;
import java.util.Map;

/**
 * What a scrape says.
 *
 * @param values by name and labels, as they are written
 */
record Samples(Map<String, Double> values) {

  static Samples of(String text) {
    Map<String, Double> values = new HashMap<>();
    text.lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(line -> {
          int space = line.lastIndexOf(' ');
          values.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
        });
    return new Samples(values);
  }

  double value(String nameAndLabels) {
    Double value = values.get(nameAndLabels);
    if (value == null) {
      throw new AssertionError("there is no " + nameAndLabels + " in " + values.keySet());
    }
    return value;
  }
}
