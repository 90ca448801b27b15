package dev.stockpot.hub.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.fixtures.SafetensorsFixture;
import dev.stockpot.hub.HubReference;
import dev.stockpot.hub.Snapshot;
import dev.stockpot.hub.client.Hub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class PreviewTest extends HubCase {

  @Test
  void aPreviewIsPlannedOnAsTheModelIsAndReadsItsHeadersAlone() throws IOException {
    Path made = directory.resolve("made");
    SafetensorsFixture.checkpoint()
        .f32("a", new float[300_000])
        .f32("b", new float[500_000])
        .writeTo(made);
    Map<String, Path> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(made)) {
      all.filter(Files::isRegularFile)
          .forEach(file -> files.put("sub/" + made.relativize(file), file));
    }
    server.commitFiles("org/made", "main", files);
    Path preview = Files.createDirectory(directory.resolve("preview"));

    long asked;
    try (Hub hub = hub()) {
      Snapshot snapshot = hub.resolve(new HubReference("org/made", "main", "sub"));
      server.forget();
      asked = Preview.write(hub, cache(), snapshot, preview);
    }

    Checkpoint whole = Checkpoint.open(made);
    Checkpoint seen = Checkpoint.open(preview);
    assertThat(seen.tensors().keySet()).isEqualTo(whole.tensors().keySet());
    assertThat(seen.files().getFirst().header()).isEqualTo(whole.files().getFirst().header());
    assertThat(asked).isLessThan(200_000);
    assertThat(server.sentBytes()).isEqualTo(asked);
  }
}
