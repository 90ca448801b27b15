package dev.stockpot.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A job's journal read by code of its own: lines of a checksum, a space, and JSON. */
record Journal(Path directory) {

  private static final int CHECKSUM = 9;

  /** The journal's only file. */
  Path file() {
    return files().getFirst();
  }

  private List<Path> files() {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".journal")).toList();
    } catch (NoSuchFileException _) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Tasks whose receipts stand in it; a torn last line counts for nothing. */
  Set<Integer> receipts() {
    Set<Integer> tasks = new LinkedHashSet<>();
    forEach(entry -> add(entry, tasks));
    return tasks;
  }

  /** Names of evaluations whose outcome stands in it. */
  Set<String> evaluations() {
    Set<String> evaluations = new LinkedHashSet<>();
    forEach(entry ->
        entry
            .path("events")
            .forEach(event -> evaluations.add(event.path("event").path("evaluation").asString())));
    return evaluations;
  }

  private void forEach(Consumer<JsonNode> entries) {
    for (Path file : files()) {
      String text = text(file);
      text.substring(0, text.lastIndexOf('\n') + 1)
          .lines()
          .forEach(line -> entries.accept(JsonMapper.shared().readTree(line.substring(CHECKSUM))));
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException _) {
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void add(JsonNode entry, Set<Integer> tasks) {
    for (JsonNode event : entry.path("events")) {
      switch (event.path("manifest").asString()) {
        case "job-accepted/1" -> tasks.clear();
        case "tensors-recorded/2" ->
            event
                .path("event")
                .path("receipts")
                .forEach(one -> tasks.add(one.path("task").asInt()));
        case "receipts-revoked/1" ->
            event.path("event").path("tasks").forEach(task -> tasks.remove(task.asInt()));
        default -> throw new IllegalStateException("unknown event: " + event);
      }
    }
  }
}
