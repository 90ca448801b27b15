package dev.stockpot.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a process's {@code /metrics} said, in Prometheus's text.
 *
 * @param samples values by name and labels, as they are written
 */
record Scrape(Map<String, Double> samples) {

  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  /** What is served there to anybody. */
  static Scrape from(URI url) throws InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(url.toString()).isEqualTo(200);
      return of(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(url + " does not answer", e);
    }
  }

  static Scrape of(String text) {
    Map<String, Double> samples = new LinkedHashMap<>();
    text.lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(line -> {
          int space = line.lastIndexOf(' ');
          // Of a member that is gone, phi is +Inf.
          String value = line.substring(space + 1).replace("Inf", "Infinity");
          samples.put(line.substring(0, space), Double.valueOf(value));
        });
    return new Scrape(samples);
  }

  /** Both. */
  Scrape and(Scrape other) {
    Map<String, Double> all = new LinkedHashMap<>(samples);
    all.putAll(other.samples);
    return new Scrape(all);
  }

  private static String name(String sample) {
    return sample.replaceFirst("\\{.*", "");
  }

  /** A sample's value; 0 where there is none. */
  double value(String nameAndLabels) {
    return samples.getOrDefault(nameAndLabels, 0.0);
  }

  /** The sum of all samples of a name whose labels are among others these. */
  double sum(String name, String... labels) {
    return samples.entrySet().stream()
        .filter(sample -> name(sample.getKey()).equals(name))
        .filter(sample -> Set.of(labels).stream().allMatch(sample.getKey()::contains))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  /** The labels that the samples of a name have; none where it has no samples. */
  Map<String, Set<String>> labels() {
    Map<String, Set<String>> labels = new LinkedHashMap<>();
    samples
        .keySet()
        .forEach(sample -> {
          Set<String> of = labels.computeIfAbsent(name(sample), _ -> new HashSet<>());
          Matcher label = LABEL.matcher(sample.substring(name(sample).length()));
          while (label.find()) {
            of.add(label.group(1));
          }
        });
    return labels;
  }
}
