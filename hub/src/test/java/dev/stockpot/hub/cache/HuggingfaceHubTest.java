package dev.stockpot.hub.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.fixtures.hub.Fault;
import dev.stockpot.fixtures.hub.HubServer;
import dev.stockpot.hub.HubReference;
import dev.stockpot.hub.HubSettings;
import dev.stockpot.hub.Snapshot;
import dev.stockpot.hub.client.Hub;
import dev.stockpot.hub.transfer.Downloads;
import dev.stockpot.hub.transfer.TransferListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real huggingface_hub beside ours: one cache, and one server that both ask. */
final class HuggingfaceHubTest {

  private static final String MODEL = "org/name";
  private static final @Nullable String PYTHON = System.getenv("STOCKPOT_TEST_HUB_PYTHON");

  @TempDir private Path directory;

  private final byte[] weights = new byte[3_000_000];
  private final Map<String, String> environment = new HashMap<>();
  private HubServer server;

  @BeforeEach
  void start() throws IOException {
    assumeTrue(PYTHON != null, "STOCKPOT_TEST_HUB_PYTHON names no Python that has huggingface_hub");
    server = HubServer.start(directory.resolve("served"));
    new SplittableRandom(3).nextBytes(weights);
    server.commit(
        MODEL,
        "main",
        Map.of(
            "config.json", "{}".getBytes(StandardCharsets.UTF_8),
            "folder/more.txt", "more".getBytes(StandardCharsets.UTF_8),
            "model.safetensors", weights));
    environment.put("HF_ENDPOINT", server.endpoint());
    environment.put("HF_HUB_CACHE", directory.resolve("cache").toString());
    environment.put("HF_HOME", directory.resolve("home").toString());
    environment.put("HF_HUB_DISABLE_XET", "1");
    environment.put("HF_HUB_DISABLE_TELEMETRY", "1");
    environment.put("HF_HUB_DISABLE_PROGRESS_BARS", "1");
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void whatItDownloadedIsFoundWithoutARequest() throws Exception {
    python("snapshot_download('org/name')");
    server.forget();

    HubCache cache = new HubCache(HubSettings.from(environment, directory));
    HubReference reference = HubReference.of(MODEL);
    Snapshot listed = cache.listing(reference).orElseThrow();

    assertThat(cache.snapshot(reference).orElseThrow().resolve("model.safetensors"))
        .hasBinaryContent(weights);
    assertThat(listed.files()).hasSize(3).allMatch(cache::holds);
    assertThat(server.asked()).isEmpty();
    fetch();
    assertThat(server.sentBytes()).isZero();
  }

  @Test
  void whatWeDownloadedIsFoundByItWithoutARequest() throws Exception {
    Path ours = fetch();
    server.forget();

    environment.put("HF_HUB_OFFLINE", "1");
    String found =
        python(
            "snapshot_download('org/name')",
            "hf_hub_download('org/name', 'folder/more.txt')",
            "try_to_load_from_cache('org/name', 'model.safetensors.index.json') is _CACHED_NO_EXIST",
            "scan_cache_dir().warnings");

    assertThat(found.lines())
        .containsExactly(ours.toString(), ours.resolve("folder/more.txt").toString(), "True", "[]");
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void bothAtOnceDoNoHarmAndFetchABlobOnce() throws Exception {
    server.fault(HubServer.ofStore(), Fault.slow(1_500_000), Integer.MAX_VALUE);
    Process theirs = process("snapshot_download('org/name')").inheritIO().start();
    Path ours = fetch();

    assertThat(theirs.waitFor()).isZero();
    assertThat(ours.resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(server.sentBytes()).isLessThan(weights.length + 1000);
  }

  private Path fetch() {
    HubSettings settings = HubSettings.from(environment, directory);
    try (Hub hub = new Hub(settings)) {
      Downloads downloads = new Downloads(hub, new HubCache(settings));
      Snapshot snapshot = hub.resolve(HubReference.of(MODEL));
      return downloads.fetch(snapshot, downloads.files(snapshot).all(), TransferListener.NONE);
    }
  }

  private ProcessBuilder process(String... expressions) {
    StringBuilder script = new StringBuilder("from huggingface_hub import *\n");
    script.append("from huggingface_hub.file_download import _CACHED_NO_EXIST\n");
    for (String each : expressions) {
      script.append("print(").append(each).append(")\n");
    }
    ProcessBuilder process = new ProcessBuilder(PYTHON, "-c", script.toString());
    process.environment().putAll(environment);
    return process;
  }

  private String python(String... expressions) throws IOException, InterruptedException {
    Process process = process(expressions).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return out;
  }
}
