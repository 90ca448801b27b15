package dev.stockpot.hub.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.fixtures.hub.PushServer;
import dev.stockpot.fixtures.hub.PushServer.Asked;
import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubSettings;
import dev.stockpot.hub.HubToken;
import dev.stockpot.hub.client.Hub;
import dev.stockpot.hub.client.Patience;
import dev.stockpot.hub.transfer.TransferListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A checkpoint on its way to the hub. */
final class PushTest {

  private static final Patience QUICK =
      new Patience(
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofMillis(1),
          12,
          Duration.ofSeconds(5));

  @TempDir private Path directory;
  private PushServer server;
  private final List<String> notes = new CopyOnWriteArrayList<>();
  private final Map<String, byte[]> contents = new TreeMap<>();

  @BeforeEach
  void writeACheckpoint() throws IOException {
    server = new PushServer();
    Random random = new Random(7);
    write("model-00001-of-00002.safetensors", random, 4 * PushServer.PART_BYTES + 17);
    write("model-00002-of-00002.safetensors", random, 300);
    write("tokenizer.json", random, 2_500);
    write("config.json", random, 100);
    write("stockpot-search/report.json", random, 50);
    write("empty.safetensors", random, 0);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private void write(String path, Random random, int size) throws IOException {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    Files.createDirectories(directory.resolve(path).getParent());
    Files.write(directory.resolve(path), bytes);
    contents.put(path, bytes);
  }

  private final class Order {
    private String repository = "org/soup";
    private String branch = "main";
    private boolean pullRequest;
    private boolean open;
    private boolean replace;
    private Patience patience = QUICK;
    private HubToken token = HubToken.of(PushServer.TOKEN, "HF_TOKEN");

    Pushed run() {
      List<LocalFile> files =
          contents.keySet().stream()
              .map(path -> LocalFile.of(path, directory.resolve(path)))
              .toList();
      HubSettings settings =
          HubSettings.from(Map.of("HF_ENDPOINT", server.endpoint().toString()), directory)
              .withToken(token)
              .withConnections(3);
      try (Hub hub = new Hub(settings, patience, notes::add)) {
        return new Push(
                hub,
                new Publication(repository, branch, pullRequest, open, replace, "A soup", files),
                new TransferListener() {
                  @Override
                  public void noted(String line) {
                    notes.add(line);
                  }
                })
            .run();
      }
    }

    HubException refused() {
      return assertThatExceptionOfType(HubException.class).isThrownBy(this::run).actual();
    }
  }

  private static boolean isPart(Asked asked) {
    return asked.path().startsWith("/parts/");
  }

  private static boolean isCommit(Asked asked) {
    return asked.path().contains("/commit/");
  }

  private static boolean isBatch(Asked asked) {
    return asked.path().endsWith("/batch");
  }

  private void assertThere(String branch) {
    Map<String, byte[]> there = new HashMap<>(server.files("org/soup", branch));
    there.remove(".gitattributes");
    assertThat(there.keySet()).isEqualTo(contents.keySet());
    there.forEach((path, bytes) -> assertThat(bytes).as(path).isEqualTo(contents.get(path)));
  }

  private long count(Predicate<Asked> of) {
    return server.asked().stream().filter(of).count();
  }

  @Test
  void aCheckpointIsOneCommitOfANewPrivateRepository() {
    Pushed pushed = new Order().run();
    assertThere("main");
    assertThat(server.isPrivate("org/soup")).isTrue();
    assertThat(server.commits("org/soup"))
        .singleElement()
        .satisfies(commit -> assertThat(commit.id()).isEqualTo(pushed.commit()));
    assertThat(pushed.page()).isEqualTo(server.endpoint() + "/org/soup");
    assertThat(pushed.sentBytes()).isEqualTo(4L * PushServer.PART_BYTES + 17 + 300 + 2_500);
    assertThat(notes).contains("created " + server.endpoint() + "/org/soup, private");
  }

  @Test
  void theTokenGoesToTheHubAloneAndIsInNoWords() throws IOException {
    Order order = new Order();
    order.run();
    assertThat(server.asked())
        .allSatisfy(
            asked -> assertThat(asked.authorization().isPresent()).isEqualTo(!asked.store()))
        .allSatisfy(asked ->
            assertThat(new String(asked.bytes(), StandardCharsets.ISO_8859_1))
                .doesNotContain(PushServer.TOKEN));
    assertThat(String.join("\n", notes) + new Order().run()).doesNotContain(PushServer.TOKEN);
    server.once(PushTest::isCommit, 403, "", Map.of());
    order.branch = "other";
    write("vocab.json", new Random(3), 20);
    assertThat(order.refused().toString())
        .doesNotContain(PushServer.TOKEN)
        .doesNotContain("secret");
  }

  @Test
  void aPushThatChangesNothingMakesNoCommit() {
    Pushed first = new Order().run();
    Pushed second = new Order().run();
    assertThat(second.commit()).isEqualTo(first.commit());
    assertThat(second.sentBytes()).isZero();
    assertThat(server.commits("org/soup")).hasSize(1);
  }

  @Test
  void whatTheHubHasWholeIsNotSentAgain() {
    server.once(PushTest::isCommit, 403, "", Map.of());
    assertThat(new Order().refused()).hasMessageContaining("the role 'write'");
    long sent = count(asked -> asked.method().equals("PUT"));
    assertThat(sent).isEqualTo(7);
    new Order().run();
    assertThat(count(asked -> asked.method().equals("PUT"))).isEqualTo(sent);
    assertThere("main");
  }

  @Test
  void aFifthOfRequestsMayFail() {
    server.failing(0.2);
    new Order().run();
    assertThere("main");
    assertThat(server.commits("org/soup")).hasSize(1);
  }

  @Test
  void anAddressThatRanOutIsAskedForAnew() {
    server.once(PushTest::isPart, 403, "", Map.of());
    new Order().run();
    assertThere("main");
    assertThat(count(PushTest::isBatch)).isEqualTo(2);
    assertThat(notes).anySatisfy(note -> assertThat(note).contains("asking for a new address"));
  }

  @Test
  void aBusyHubIsGivenTheQuietThatItAsksFor() {
    server.once(PushTest::isBatch, 429, "", Map.of("Retry-After", "1"));
    long start = System.nanoTime();
    new Order().run();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(1));
    assertThere("main");
  }

  @Test
  void aBranchBeginsWhereMainIs() {
    server.holding("org/soup", true, Map.of("notes.txt", new byte[3]));
    Order order = new Order();
    order.branch = "soup/3";
    assertThat(order.run().page()).endsWith("/org/soup/tree/soup/3");
    assertThat(server.files("org/soup", "main")).containsOnlyKeys("notes.txt");
    assertThat(server.files("org/soup", "soup/3")).containsKeys("notes.txt", "config.json");
  }

  @Test
  void aPullRequestLeavesTheBranchAsItIs() {
    server.holding("org/soup", true, Map.of("config.json", new byte[3]));
    Order order = new Order();
    order.pullRequest = true;
    assertThat(order.run().pullRequest()).contains(server.endpoint() + "/discussions/1");
    assertThat(server.files("org/soup", "main")).containsOnlyKeys("config.json");
    assertThat(server.files("org/soup", "refs/pr/1").get("config.json"))
        .isEqualTo(contents.get("config.json"));
    assertThat(notes).contains("the commit replaces config.json");
    assertThat(count(PushTest::isBatch)).isEqualTo(1);
    assertThat(
            server.asked().stream()
                .filter(PushTest::isBatch)
                .map(asked -> new String(asked.bytes(), StandardCharsets.UTF_8)))
        .allSatisfy(batch -> assertThat(batch).doesNotContain("\"ref\""));
  }

  @Test
  void otherContentsAreReplacedOnlyWhenThatIsSaid() {
    Map<String, byte[]> before = new TreeMap<>();
    before.put("config.json", new byte[3]);
    before.put("model-00003-of-00003.safetensors", new byte[5]);
    before.put("notes.txt", new byte[7]);
    server.holding("org/soup", true, before);
    assertThat(new Order().refused())
        .hasMessage(
            "org/soup: the branch main has other contents: a push replaces config.json and deletes"
                + " model-00003-of-00003.safetensors; say --force, or name a new --branch");
    assertThat(count(asked -> asked.method().equals("PUT"))).isZero();
    Order order = new Order();
    order.replace = true;
    order.run();
    assertThat(server.files("org/soup", "main"))
        .containsKeys("notes.txt", "config.json")
        .doesNotContainKey("model-00003-of-00003.safetensors");
  }

  @Test
  void whatOthersCommitMeanwhileIsNotOverwritten() {
    server.once(PushTest::isCommit, 412, "", Map.of());
    assertThat(new Order().refused())
        .hasMessageContaining("somebody else changed it in the meantime; push again");
  }

  @Test
  void aPublicRepositoryIsForPublicCheckpoints() {
    server.holding("org/soup", false, Map.of());
    assertThat(new Order().refused()).hasMessageContaining("everybody may see", "--public");
    Order order = new Order();
    order.open = true;
    order.run();
    assertThere("main");
    Order another = new Order();
    another.repository = "org/another";
    another.open = true;
    another.run();
    assertThat(server.isPrivate("org/another")).isFalse();
  }

  @Test
  void aHubThatMakesAPublicRepositoryInPlaceOfAPrivateOneGetsNothing() {
    server.once(
        asked -> asked.path().contains("/api/models/org/soup/"), 404, "RepoNotFound", Map.of());
    server.holding("org/soup", false, Map.of());
    assertThat(new Order().refused()).hasMessageContaining("everybody may see");
    assertThat(count(asked -> asked.method().equals("PUT"))).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "401, make one that may write at",
    "402, room is used up",
    "403, the role 'write'",
    "404, check the name",
    "409, push again",
    "413, larger than it takes",
  })
  void aRefusalSaysWhatToDo(int status, String cure) {
    server.once(PushTest::isCommit, status, "", Map.of());
    assertThat(new Order().refused())
        .hasMessageStartingWith("org/soup: ")
        .hasMessageContaining("status " + status)
        .hasMessageContaining(cure);
  }

  @Test
  void withoutATokenItSaysHowToGiveOne() {
    Order order = new Order();
    order.token = HubToken.none("HF_TOKEN is not set");
    assertThat(order.refused()).hasMessageContaining("HF_TOKEN");
    order.token = HubToken.of("hf_wrong", "HF_TOKEN");
    assertThat(order.refused())
        .hasMessageContaining("the token of HF_TOKEN")
        .hasMessageNotContaining("hf_wrong");
  }

  @Test
  void aFileThatTheRepositoryIgnoresIsNotLeftOutInSilence() throws IOException {
    write("x.ignored", new Random(1), 10);
    assertThat(new Order().refused()).hasMessageContaining(".gitignore leaves out x.ignored");
  }

  @Test
  void filesOfEqualBytesAreSentOnce() throws IOException {
    write("a.safetensors", new Random(5), 400);
    write("b.safetensors", new Random(5), 400);
    new Order().run();
    assertThere("main");
    List<String> objects =
        server.asked().stream()
            .filter(asked -> asked.path().startsWith("/objects/"))
            .map(Asked::path)
            .collect(Collectors.toCollection(ArrayList::new));
    assertThat(objects).doesNotHaveDuplicates().hasSize(3);
  }

  @Test
  void aNewBranchMayHaveOtherContentsThanMain() {
    Map<String, byte[]> before = new TreeMap<>();
    before.put("config.json", new byte[3]);
    before.put("model.safetensors", new byte[5]);
    server.holding("org/soup", true, before);
    Order order = new Order();
    order.branch = "v2";
    server.once(PushTest::isCommit, 403, "", Map.of());
    assertThat(order.refused()).hasMessageContaining("the role 'write'");
    order.run();
    assertThere("v2");
    assertThat(server.files("org/soup", "main"))
        .containsOnlyKeys(before.keySet().toArray(String[]::new));
  }

  @Test
  void aFileThatIsWrittenToMeanwhileIsNotCommitted() throws IOException {
    server.once(
        asked -> {
          if (asked.path().startsWith("/objects/")) {
            try {
              Files.write(directory.resolve("config.json"), new byte[7]);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
          return false;
        },
        500,
        "",
        Map.of());
    assertThat(new Order().refused())
        .hasMessageContaining("config.json: was changed while it was pushed");
    assertThat(server.commits("org/soup")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ftp://127.0.0.1/x", "http:///x", "no address"})
  void anAddressThatIsNoneIsTold(String address) {
    server.handingOut(address);
    assertThat(new Order().refused())
        .hasMessageContaining("does not say where it is to go in a way that is understood");
  }

  /** The client's limit for an answer counts from the first byte that is sent on. */
  @Test
  void theHubMayTakeItsTimeForWhatChangesIt() {
    server.holding("org/soup", true, Map.of());
    server.slow(
        asked -> asked.path().contains("/commit/") || asked.path().contains("/complete/"),
        Duration.ofSeconds(1));
    Order order = new Order();
    order.pullRequest = true;
    order.patience =
        new Patience(
            Duration.ofMillis(500),
            Duration.ofSeconds(10),
            Duration.ofMillis(1),
            12,
            Duration.ofSeconds(5));
    order.run();
    assertThat(server.commits("org/soup")).hasSize(1);
    assertThat(count(asked -> asked.path().contains("/complete/"))).isEqualTo(1);
  }
}
