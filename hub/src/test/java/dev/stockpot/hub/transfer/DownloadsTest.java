package dev.stockpot.hub.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.stockpot.checkpoint.file.FileTrees;
import dev.stockpot.fixtures.hub.Fault;
import dev.stockpot.fixtures.hub.HubServer;
import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubException.Kind;
import dev.stockpot.hub.HubFile;
import dev.stockpot.hub.HubReference;
import dev.stockpot.hub.Snapshot;
import dev.stockpot.hub.client.Hub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DownloadsTest extends HubCase {

  @Test
  void whatIsDownloadedLiesAsHuggingfaceHubPutsIt() throws IOException {
    Path model = fetch(MODEL);

    Path repository = directory.resolve("cache/models--org--name");
    assertThat(model).isEqualTo(repository.resolve("snapshots").resolve(commit));
    assertThat(repository.resolve("refs/main")).hasContent(commit);
    assertThat(model.resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(model.resolve("empty.txt")).isEmptyFile();
    Path link = Files.readSymbolicLink(model.resolve("a folder/notes é.txt"));
    assertThat(link.toString()).matches("\\.\\./\\.\\./\\.\\./blobs/[0-9a-f]{40}");
    assertThat(Files.readSymbolicLink(model.resolve("model.safetensors")).toString())
        .matches("\\.\\./\\.\\./blobs/[0-9a-f]{64}");
    assertThat(
            repository.resolve(".no_exist").resolve(commit).resolve("model.safetensors.index.json"))
        .isEmptyFile();
    assertThat(directory.resolve("cache/CACHEDIR.TAG")).isRegularFile();
    assertThat(directory.resolve("cache/.locks/models--org--name"))
        .isDirectoryContaining("glob:**.lock");
    assertThat(left()).isEmpty();
  }

  @Test
  void weightsOfOtherFormatsStayAway() {
    Path model = fetch(MODEL);

    assertThat(model.resolve("pytorch_model.bin")).doesNotExist();
    assertThat(model.resolve("original")).doesNotExist();
  }

  @Test
  void aSecondDownloadAsksForNoFile() {
    Path first = fetch(MODEL);
    server.forget();

    assertThat(fetch(MODEL)).isEqualTo(first);
    assertThat(server.sentBytes()).isZero();
  }

  @Test
  void aFileThatTwoCommitsShareIsFetchedOnce() {
    fetch(MODEL);
    server.commit(MODEL, "main", Map.of("more.txt", "more".getBytes(StandardCharsets.UTF_8)));
    server.forget();

    Path second = fetch(MODEL);

    assertThat(second.resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(server.sentBytes()).isEqualTo(4);
  }

  @Test
  void connectionsThatAreCutAtAnyByteLoseNothing() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 40; i++) {
      server.fault(HubServer.ofStore(), Fault.cutAfter(random.nextLong(PIECE)), 1);
    }
    server.fault(HubServer.ofFile("config.json"), Fault.cutAfter(1), 3);

    assertThat(fetch(MODEL).resolve("model.safetensors")).hasBinaryContent(weights);
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503, 504})
  void whatMayPassIsTriedAgain(int status) {
    server.fault(_ -> true, Fault.status(status), 3);
    server.fault(HubServer.ofStore(), Fault.status(status, Map.of("Retry-After", "0")), 5);

    assertThat(fetch(MODEL).resolve("model.safetensors")).hasBinaryContent(weights);
  }

  @Test
  void aServerThatFailsForEverIsGivenUpWithTheFilesName() {
    server.fault(HubServer.ofStore(), Fault.status(503), Integer.MAX_VALUE);

    assertThatThrownBy(() -> fetch(MODEL))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("org/name: model.safetensors: given up after 7 attempts")
        .hasMessageContaining("503")
        .extracting(e -> ((HubException) e).kind())
        .isEqualTo(Kind.UNREACHABLE);
  }

  @Test
  void aServerThatWantsALongQuietIsNotAskedMeanwhile() {
    server.fault(_ -> true, Fault.status(429, Map.of("Retry-After", "90")), 1);

    assertThatThrownBy(() -> fetch(MODEL))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("wants 90 s of quiet");
    assertThat(server.asked()).hasSize(1);
  }

  @Test
  void aServerThatGivesNoRangesIsReadByOneConnection() {
    server.fault(HubServer.ofStore(), Fault.wholeFile(), Integer.MAX_VALUE);

    assertThat(fetch(MODEL).resolve("model.safetensors")).hasBinaryContent(weights);
  }

  @Test
  void wrongBytesAreNoticedAndFetchedOnceMore() {
    server.fault(HubServer.ofStore(), Fault.wrongBytes(), 1);
    server.fault(HubServer.ofFile("config.json"), Fault.wrongBytes(), 1);
    List<String> notes = new ArrayList<>();

    Path model =
        fetch(
            MODEL,
            new TransferListener() {
              @Override
              public void noted(String line) {
                notes.add(line);
              }
            });

    assertThat(model.resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(model.resolve("config.json")).hasContent("{\"model_type\":\"llama\"}");
    assertThat(notes).contains("org/name: model.safetensors: wrong bytes came");
  }

  @Test
  void bytesThatStayWrongNeverReachTheCache() throws IOException {
    server.fault(HubServer.ofStore(), Fault.wrongBytes(), Integer.MAX_VALUE);

    HubException failure = catchThrowableOfType(HubException.class, () -> fetch(MODEL));

    assertThat(failure.kind()).isEqualTo(Kind.WRONG_BYTES);
    assertThat(failure)
        .hasMessageContaining(
            "org/name: model.safetensors: wrong bytes came twice, whose SHA-256 is not ")
        .hasMessageContaining("/org/name/discussions");
    assertThat(cached("model.safetensors")).isEmpty();
    assertThat(left()).isEmpty();
  }

  @Test
  void aFileThatChangesBetweenTwoRangesIsToldAndNotMixed() {
    server.fault(
        asked -> asked.elsewhere() && !asked.range().orElse("").startsWith("bytes=0-"),
        Fault.changed(),
        Integer.MAX_VALUE);

    HubException failure = catchThrowableOfType(HubException.class, () -> fetch(MODEL));

    assertThat(failure.kind()).isEqualTo(Kind.WRONG_BYTES);
    assertThat(failure).hasMessageContaining("org/name: model.safetensors");
    assertThat(cached("model.safetensors")).isEmpty();
  }

  @Test
  void whatWasStoppedGoesOnWithoutFetchingFinishedPiecesAgain() throws Exception {
    connections = 2;
    server.fault(HubServer.ofStore(), Fault.slow(400_000), Integer.MAX_VALUE);
    int stops = 0;
    CompletableFuture<Path> ended = new CompletableFuture<>();
    while (!ended.isDone()) {
      CompletableFuture<Void> some = new CompletableFuture<>();
      long enough = 2 * PIECE * (stops + 1);
      Thread run =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  ended.complete(
                      fetch(
                          MODEL,
                          new TransferListener() {
                            @Override
                            public void progressed(long doneBytes, long bytes) {
                              if (doneBytes >= enough && doneBytes < bytes) {
                                some.complete(null);
                              }
                            }
                          }));
                } catch (HubException stopped) {
                  assertThat(stopped.kind()).isEqualTo(Kind.STOPPED);
                } finally {
                  some.complete(null);
                }
              });
      some.join();
      run.interrupt();
      run.join();
      stops++;
    }

    assertThat(ended.join().resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(stops).isGreaterThan(2);
    long once = weights.length + 100L;
    assertThat(server.sentBytes())
        .isLessThanOrEqualTo(once + (long) stops * connections * (PIECE + 70_000));
  }

  @Test
  void aRecordOfAnotherRunThatIsDamagedBeginsAnew() throws IOException {
    Path blobs = directory.resolve("cache/models--org--name/blobs");
    Files.createDirectories(blobs);
    String etag;
    try (Hub hub = hub()) {
      etag = hub.resolve(HubReference.of(MODEL)).file("model.safetensors").orElseThrow().etag();
    }
    Files.write(blobs.resolve(etag + ".stockpot.incomplete"), new byte[500_000]);
    Files.write(blobs.resolve(etag + ".stockpot.pieces"), new byte[40]);

    assertThat(fetch(MODEL).resolve("model.safetensors")).hasBinaryContent(weights);
  }

  @Test
  void twoDownloadsAtOnceFetchEveryByteOnce() {
    server.fault(HubServer.ofStore(), Fault.slow(2_000_000), Integer.MAX_VALUE);
    CompletableFuture<Path> one = CompletableFuture.supplyAsync(() -> fetch(MODEL));
    CompletableFuture<Path> two = CompletableFuture.supplyAsync(() -> fetch(MODEL));

    assertThat(one.join()).isEqualTo(two.join());
    assertThat(one.join().resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(server.sentBytes()).isLessThan(weights.length + 1000);
  }

  @Test
  void theTokenGoesToTheEndpointAndNowhereElse() {
    server.token("hf_secret");
    server.makePrivate(MODEL);
    environment.put("HF_TOKEN", "hf_secret");

    fetch(MODEL);

    assertThat(server.asked().stream().filter(HubServer.Asked::elsewhere))
        .isNotEmpty()
        .allSatisfy(asked ->
            assertThat(asked.headers().toString() + asked.path()).doesNotContain("hf_secret"));
    assertThat(server.asked().stream().filter(asked -> !asked.elsewhere()))
        .allSatisfy(asked -> assertThat(asked.token()).isEqualTo(Optional.of("hf_secret")))
        .allSatisfy(asked -> assertThat(asked.path()).doesNotContain("hf_secret"));
  }

  @Test
  void whereThereAreNoLinksTheFileItselfIsThere() {
    environment.put("HF_HUB_DISABLE_SYMLINKS", "1");

    Path file = fetch(MODEL).resolve("model.safetensors");

    assertThat(file).isRegularFile().hasBinaryContent(weights);
    assertThat(Files.isSymbolicLink(file)).isFalse();
    server.forget();
    fetch(MODEL);
    assertThat(server.sentBytes()).isZero();
  }

  @Test
  void aCommitWithoutLinksTakesNothingFromOneThatHasLinks() {
    Path first = fetch(MODEL);
    server.commit(MODEL, "main", Map.of("more.txt", new byte[1]));
    environment.put("HF_HUB_DISABLE_SYMLINKS", "1");

    Path second = fetch(MODEL);

    assertThat(second.resolve("model.safetensors")).isRegularFile().hasBinaryContent(weights);
    assertThat(first.resolve("model.safetensors")).hasBinaryContent(weights);
  }

  @Test
  void aWholeModelIsUsedWhereTheCacheCannotBeWritten() throws IOException {
    Path model = fetch(MODEL);
    Path trees = directory.resolve("cache/models--org--name/trees");
    FileTrees.delete(trees);
    // Nothing can be written below a file, whoever tries.
    Files.createFile(trees);

    assertThat(fetch(MODEL)).isEqualTo(model);
  }

  @Test
  void aBlobOfTheStoreThatModelsShareIsFound() throws IOException {
    Path blob = fetch(MODEL).resolve("model.safetensors").toRealPath();
    Path shared = directory.resolve("cache/blobs/ab").resolve("ab".repeat(32));
    Files.createDirectories(shared.getParent());
    Files.move(blob, shared);
    Files.createSymbolicLink(blob, Path.of("../../blobs/ab").resolve("ab".repeat(32)));
    server.forget();

    assertThat(fetch(MODEL).resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(server.sentBytes()).isZero();
  }

  @Test
  void aFileOfAUsersOwnInASnapshotIsNotReplaced() throws IOException {
    Path config = fetch(MODEL).resolve("config.json");
    Files.delete(config);
    Files.writeString(config, "mine");

    assertThatThrownBy(() -> fetch(MODEL))
        .isInstanceOf(HubException.class)
        .hasMessageContaining(config.toString())
        .hasMessageContaining("move it away or delete it");
    assertThat(config).hasContent("mine");
  }

  @Test
  void bytesThatSomebodyPackedOnTheWayAreToldAsSuch() {
    server.fault(
        HubServer.ofStore(),
        new Fault(0, Map.of("Content-Encoding", "gzip"), -1, false, false, 0),
        Integer.MAX_VALUE);

    assertThatThrownBy(() -> fetch(MODEL))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("localhost packs what it sends (gzip)");
  }

  @Test
  void aDiskThatIsTooSmallIsToldBeforeAnythingIsAsked() {
    try (Hub hub = hub()) {
      Snapshot snapshot = hub.resolve(HubReference.of(MODEL));
      HubFile huge = new HubFile(MODEL, commit, "model.safetensors", 1L << 44, "0".repeat(64));
      server.forget();

      assertThatThrownBy(() ->
              new Downloads(hub, cache()).fetch(snapshot, List.of(huge), TransferListener.NONE))
          .isInstanceOf(HubException.class)
          .hasMessageContaining("room for")
          .hasMessageContaining("HF_HUB_CACHE");
      assertThat(server.asked()).isEmpty();
    }
  }

  @Test
  void aListingOfManyPagesIsReadToItsEnd() {
    server.page(2);

    assertThat(fetch(MODEL).resolve("model.safetensors")).hasBinaryContent(weights);
  }

  @Test
  void aNameThatLeavesTheDirectoryIsRefused() {
    server.commit("org/evil", "main", Map.of("../../../evil.txt", new byte[1]));

    assertThatThrownBy(() -> fetch("org/evil"))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("org/evil")
        .hasMessageContaining("'../../../evil.txt'");
  }

  @Test
  void aRateIsKept() {
    try (Hub hub = new Hub(settings().withBytesPerSecond(2_000_000))) {
      Downloads downloads = new Downloads(hub, cache(), PIECE);
      Snapshot snapshot = hub.resolve(HubReference.of(MODEL));
      long start = System.nanoTime();
      downloads.fetch(snapshot, downloads.files(snapshot).weights(), TransferListener.NONE);

      assertThat((System.nanoTime() - start) / 1e9).isBetween(0.3, 5.0);
    }
  }

  @Test
  void anOfflineDownloadNamesTheVariableThatForbidsIt() {
    environment.put("HF_HUB_OFFLINE", "1");

    assertThatThrownBy(() -> fetch(MODEL))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("HF_HUB_OFFLINE");
    assertThat(server.asked()).isEmpty();
  }

  private Optional<Path> cached(String name) {
    Path file =
        directory.resolve("cache/models--org--name/snapshots").resolve(commit).resolve(name);
    return Files.exists(file) ? Optional.of(file) : Optional.empty();
  }

  /** Names of what is not whole. */
  private List<String> left() throws IOException {
    try (Stream<Path> blobs = Files.list(directory.resolve("cache/models--org--name/blobs"))) {
      return blobs
          .map(blob -> blob.getFileName().toString())
          .filter(name -> name.contains("."))
          .toList();
    }
  }
}
