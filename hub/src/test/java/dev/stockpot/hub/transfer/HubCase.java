package dev.stockpot.hub.transfer;

import dev.stockpot.fixtures.hub.HubServer;
import dev.stockpot.hub.HubFile;
import dev.stockpot.hub.HubReference;
import dev.stockpot.hub.HubSettings;
import dev.stockpot.hub.Snapshot;
import dev.stockpot.hub.cache.HubCache;
import dev.stockpot.hub.client.Hub;
import dev.stockpot.hub.client.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A hub with one model, a client, and an empty cache. */
abstract class HubCase {

  static final String MODEL = "org/name";
  static final long PIECE = 100_000;

  private static final Patience SHORT =
      new Patience(
          Duration.ofSeconds(20),
          Duration.ofSeconds(2),
          Duration.ofMillis(1),
          7,
          Duration.ofSeconds(2));

  @TempDir Path directory;

  final Map<String, String> environment = new HashMap<>();
  final byte[] weights = new byte[1_234_567];
  int connections = HubSettings.USUAL_CONNECTIONS;
  HubServer server;
  String commit;

  @BeforeEach
  void start() throws IOException {
    server = HubServer.start(directory.resolve("served"));
    new SplittableRandom(19).nextBytes(weights);
    commit =
        server.commit(
            MODEL,
            "main",
            Map.of(
                "config.json",
                "{\"model_type\":\"llama\"}".getBytes(StandardCharsets.UTF_8),
                "empty.txt",
                new byte[0],
                "a folder/notes é.txt",
                "text".getBytes(StandardCharsets.UTF_8),
                "pytorch_model.bin",
                new byte[100],
                "original/consolidated.00.pth",
                new byte[100],
                "model.safetensors",
                weights));
    environment.put("HF_ENDPOINT", server.endpoint());
    environment.put("HF_HUB_CACHE", directory.resolve("cache").toString());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  HubSettings settings() {
    return HubSettings.from(environment, directory).withConnections(connections);
  }

  Hub hub() {
    return new Hub(settings(), SHORT, _ -> {});
  }

  HubCache cache() {
    return new HubCache(settings());
  }

  /** Downloads all of a model; gives its directory. */
  Path fetch(String reference) {
    return fetch(reference, TransferListener.NONE);
  }

  Path fetch(String reference, TransferListener listener) {
    try (Hub hub = hub()) {
      Downloads downloads = new Downloads(hub, cache(), PIECE);
      Snapshot snapshot = hub.resolve(HubReference.parse(reference).orElseThrow());
      List<HubFile> files = downloads.files(snapshot).all();
      return downloads.fetch(snapshot, files, listener);
    }
  }
}
