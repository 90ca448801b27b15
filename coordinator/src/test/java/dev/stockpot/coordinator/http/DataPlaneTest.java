package dev.stockpot.coordinator.http;

import static dev.stockpot.coordinator.http.ApiSite.assertBrokenOff;
import static dev.stockpot.coordinator.http.ApiSite.download;
import static dev.stockpot.coordinator.http.ApiSite.error;
import static dev.stockpot.coordinator.http.ApiSite.rest;
import static dev.stockpot.coordinator.http.ApiSite.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.ShardLayout;
import dev.stockpot.coordinator.Soup;
import dev.stockpot.coordinator.storage.InputBytes;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.plan.Fraction;
import dev.stockpot.merge.plan.MergePlan;
import dev.stockpot.merge.plan.Method;
import dev.stockpot.merge.plan.NonFinitePolicy;
import dev.stockpot.merge.planner.MergePlanner;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.protocol.LeaseId;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.zip.CRC32C;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes of running jobs, read and written as a worker does it that sees no file. */
@SuppressWarnings("NullAway.Init") // set before each
final class DataPlaneTest {

  private static final String RUN = "night-1-0";
  private static final LeaseId LEASE = new LeaseId(RUN, 1);

  @TempDir private Path directory;
  private ApiSite site;
  private PlannedMerge planned;
  private Path shards;

  @BeforeEach
  void open() throws IOException {
    // Chunks so small that every range is several.
    site = ApiSite.in(directory, "stockpot.coordinator.http.chunk = 500B");
    shards = directory.resolve("shards");
    open(Soup.in(directory).planned());
  }

  private void open(PlannedMerge merge) throws IOException {
    planned = merge;
    for (Map.Entry<Path, ShardLayout> shard : planned.shards().entrySet()) {
      Path path = shards.resolve(shard.getKey());
      Files.createDirectories(path.getParent());
      try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
        file.setLength(shard.getValue().fileSize());
      }
    }
    site.files.open(RUN, planned, shards);
  }

  @AfterEach
  void stop() {
    site.close();
  }

  private String grant(TensorTask... tasks) {
    return site.files.grant(LEASE, List.of(tasks)).orElseThrow().capability();
  }

  private String grantAll() {
    return grant(planned.tasks().toArray(TensorTask[]::new));
  }

  private TensorTask task(String tensor) {
    return planned.tasks().stream()
        .filter(task -> task.tensor().equals(tensor))
        .findFirst()
        .orElseThrow();
  }

  private HttpRequest.Builder input(String capability, int input) {
    return site.request("/v1/data/%s/inputs/%d".formatted(RUN, input))
        .header("Stockpot-Capability", capability);
  }

  private HttpRequest.Builder put(String capability, TensorTask task, byte[] bytes) {
    return site.request("/v1/data/%s/tasks/%d".formatted(RUN, task.id()))
        .header("Stockpot-Capability", capability)
        .header("Stockpot-Crc32c", crc(bytes))
        .PUT(BodyPublishers.ofByteArray(bytes));
  }

  private static String crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return "%08x".formatted(crc.getValue());
  }

  private static byte[] random(TensorTask task) {
    byte[] bytes = new byte[(int) task.length()];
    new Random(task.id()).nextBytes(bytes);
    return bytes;
  }

  private byte[] written(TensorTask task) {
    return written(task, 0);
  }

  private byte[] written(TensorTask task, int soup) {
    try {
      byte[] shard = Files.readAllBytes(shards.resolve(planned.shardsOf(task).get(soup)));
      return Arrays.copyOfRange(shard, (int) task.offset(), (int) (task.offset() + task.length()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private HttpResponse<byte[]> bytes(HttpRequest.Builder request) {
    return site.client.sendAsync(request.build(), BodyHandlers.ofByteArray()).join();
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "7, 499", "1, 1000", "500, 999", "3, 2500", "40, 99999999"})
  void aRangeOfAnInputComesAsItStandsInTheFile(int first, int last) throws IOException {
    byte[] file = Files.readAllBytes(planned.inputs().getFirst().path());
    HttpResponse<byte[]> answer =
        bytes(input(grantAll(), 0).header("Range", "bytes=%d-%d".formatted(first, last)));
    int end = Math.min(last + 1, file.length);
    assertThat(answer.statusCode()).isEqualTo(206);
    assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(file, first, end));
    assertThat(answer.headers().firstValue("Content-Range"))
        .hasValue("bytes %d-%d/%d".formatted(first, end - 1, file.length));
    assertThat(answer.headers().firstValueAsLong("Content-Length")).hasValue(end - first);
  }

  @Test
  void anInputComesAsAWholeOrFromAByteOn() throws IOException {
    byte[] file = Files.readAllBytes(planned.inputs().getFirst().path());
    HttpResponse<byte[]> whole = bytes(input(grantAll(), 0));
    assertThat(whole.statusCode()).isEqualTo(200);
    assertThat(whole.body()).isEqualTo(file);
    assertThat(bytes(input(grantAll(), 0).header("Range", "bytes=600-")).body())
        .isEqualTo(Arrays.copyOfRange(file, 600, file.length));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bytes=99999999-|416",
        "bytes=5-2|400",
        "bytes=-5|400",
        "bytes=0-1,4-5|400",
        "lines=0-1|400"
      })
  void otherRangesAreRefused(String range, int status) {
    HttpResponse<String> answer = site.send(input(grantAll(), 0).header("Range", range));
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(error(answer)).isNotBlank();
  }

  @Test
  void aCapabilityOpensTheInputsOfItsTasksAndNoOthers() {
    TensorTask task = task("norm");
    List<Integer> used = task.sources().stream().map(TensorTask.SourceRange::input).toList();
    String capability = grant(task);
    for (int i = 0; i < planned.inputs().size(); i++) {
      assertThat(site.send(input(capability, i)).statusCode())
          .as("input %d", i)
          .isEqualTo(used.contains(i) ? 200 : 403);
    }
    assertThat(used).hasSizeLessThan(planned.inputs().size());
    assertThat(site.send(input(capability, planned.inputs().size())).statusCode()).isEqualTo(403);
  }

  @Test
  void aCapabilityOpensThePlacesOfItsTasksAndNoOthers() {
    TensorTask mine = task("norm");
    TensorTask other = task("embed");
    String capability = grant(mine);
    assertThat(site.send(put(capability, other, random(other))).statusCode()).isEqualTo(403);
    assertThat(written(other)).containsOnly(0);
    assertThat(site.send(put(capability, mine, random(mine))).statusCode()).isEqualTo(204);
  }

  @Test
  void theBytesOfSeveralSoupsComeOneAfterAnother() throws IOException {
    open(Soup.in(directory).beside("x", 3, 7).beside("y", 0, 10).beside("z", 5, 5).planned());
    TensorTask task = task("embed");
    int length = (int) task.length();
    byte[] bytes = new byte[3 * length];
    new Random(1).nextBytes(bytes);
    String capability = grant(task);
    assertThat(site.send(put(capability, task, bytes)).statusCode()).isEqualTo(204);
    for (int soup = 0; soup < 3; soup++) {
      assertThat(written(task, soup))
          .isEqualTo(Arrays.copyOfRange(bytes, soup * length, (soup + 1) * length));
    }
    assertThat(error(site.send(put(capability, task, Arrays.copyOf(bytes, length)))))
        .contains("has %d bytes".formatted(3 * length));
  }

  @Test
  void neitherTokenNorCapabilityOpensWhatTheOtherDoes() {
    String capability = grantAll();
    String path = "/v1/data/" + RUN + "/inputs/0";
    assertThat(site.send(site.user(path)).statusCode()).isEqualTo(401);
    assertThat(site.send(site.user(path).header("Stockpot-Capability", site.token)).statusCode())
        .isEqualTo(403);
    assertThat(
            site.send(site.request("/v1/jobs").header("Stockpot-Capability", capability))
                .statusCode())
        .isEqualTo(401);
    assertThat(
            site.send(site.request("/v1/jobs").header("Authorization", "Bearer " + capability))
                .statusCode())
        .isEqualTo(401);
  }

  @Test
  void aLeaseThatIsOverOpensNothing() {
    String capability = grantAll();
    TensorTask task = task("norm");
    site.files.revoke(LEASE);
    assertThat(site.send(input(capability, 0)).statusCode()).isEqualTo(403);
    assertThat(site.send(put(capability, task, random(task))).statusCode()).isEqualTo(403);
    assertThat(written(task)).containsOnly(0);
    String next = grantAll();
    assertThat(next).isNotEqualTo(capability);
    assertThat(site.send(input(next, 0)).statusCode()).isEqualTo(200);
    assertThat(site.send(input(capability, 0)).statusCode()).isEqualTo(403);
  }

  @Test
  void aRunThatIsOverIsClosedToEveryLease() {
    String capability = grantAll();
    assertThat(site.send(input(capability, 0)).statusCode()).isEqualTo(200);
    site.files.close(RUN);
    assertThat(site.send(input(capability, 0)).statusCode()).isEqualTo(403);
    assertThat(site.files.grant(LEASE, planned.tasks())).isEqualTo(Optional.empty());
  }

  @Test
  void aCapabilityOfOneRunDoesNotOpenAnother() {
    String capability = grantAll();
    site.files.open("other", planned, shards);
    assertThat(
            site.send(
                    site.request("/v1/data/other/inputs/0")
                        .header("Stockpot-Capability", capability))
                .statusCode())
        .isEqualTo(403);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/data/night-1-0/inputs/-1",
        "/v1/data/night-1-0/inputs/x",
        "/v1/data/night-1-0/inputs/99999999999",
        "/v1/data/nothing/inputs/0"
      })
  void whatDoesNotExistIsNotOpened(String path) {
    String capability = grantAll();
    assertThat(site.send(site.request(path).header("Stockpot-Capability", capability)).statusCode())
        .isEqualTo(403);
  }

  @Test
  void allTasksAtOnceEndUpInTheirPlaces() {
    String capability = grantAll();
    List<CompletableFuture<HttpResponse<String>>> sent =
        planned.tasks().stream()
            .map(task -> site.sending(put(capability, task, random(task))))
            .toList();
    assertThat(sent).allMatch(answer -> answer.join().statusCode() == 204);
    for (TensorTask task : planned.tasks()) {
      assertThat(written(task)).as(task.tensor()).isEqualTo(random(task));
    }
  }

  @Test
  void aBodyThatIsRefusedIsTakenFarEnoughForTheAnswerToBeHeard() {
    TensorTask task = task("embed");
    String capability = grantAll();
    HttpResponse<String> answer = site.send(put(capability, task, new byte[8 << 20]));
    assertThat(answer.statusCode()).isEqualTo(400);
  }

  @Test
  void bytesOfAnotherChecksumAreNotAcknowledged() {
    TensorTask task = task("embed");
    byte[] bytes = random(task);
    HttpRequest.Builder request =
        put(grantAll(), task, bytes).setHeader("Stockpot-Crc32c", "00000000");
    HttpResponse<String> answer = site.send(request);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(error(answer)).contains(crc(bytes)).contains("send them again");
  }

  @Test
  void aBodyOfAnotherLengthIsNotAcknowledged() {
    TensorTask task = task("embed");
    String capability = grantAll();
    for (int length : new int[] {0, 1, (int) task.length() - 1, (int) task.length() + 1}) {
      byte[] bytes = new byte[length];
      assertThat(site.send(put(capability, task, bytes)).statusCode()).isEqualTo(400);
      HttpRequest.Builder unannounced =
          put(capability, task, bytes)
              .PUT(BodyPublishers.fromPublisher(BodyPublishers.ofByteArrays(List.of(bytes))));
      assertThat(site.send(unannounced).statusCode()).as("%d bytes", length).isEqualTo(400);
    }
    // What follows the task in its shard was not touched.
    assertThat(written(task("layers.0.up"))).containsOnly(0);
  }

  @Test
  void aBodyWithoutItsChecksumIsRefused() {
    TensorTask task = task("embed");
    for (String wrong : List.of("", "123", "0x123456", "123456789")) {
      HttpRequest.Builder request =
          put(grantAll(), task, random(task)).setHeader("Stockpot-Crc32c", wrong);
      assertThat(site.send(request).statusCode()).as(wrong).isEqualTo(400);
    }
  }

  /** The head of an upload; once this returns the server has begun to take the body. */
  private Socket beginUpload(String capability, TensorTask task, byte[] bytes) throws IOException {
    Socket socket = site.socket();
    write(
        socket,
        """
        PUT /v1/data/%s/tasks/%d HTTP/1.1\r
        Host: x\r
        Stockpot-Capability: %s\r
        Stockpot-Crc32c: %s\r
        Content-Length: %d\r
        Connection: close\r
        Expect: 100-continue\r
        \r
        """
            .formatted(RUN, task.id(), capability, crc(bytes), bytes.length));
    assertThat(head(socket)).startsWith("HTTP/1.1 100 Continue");
    return socket;
  }

  /** The head of an answer, and not a byte more. */
  private static String head(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) socket.getInputStream().read());
    }
    return head.toString();
  }

  @Test
  void anUploadThatIsCutOffIsNotAcknowledgedAndCanBeRepeated() throws IOException {
    TensorTask task = task("embed");
    byte[] bytes = random(task);
    String capability = grantAll();
    try (Socket socket = beginUpload(capability, task, bytes)) {
      socket.getOutputStream().write(bytes, 0, bytes.length / 2);
      socket.shutdownOutput();
      assertThat(rest(socket)).doesNotContain("204");
    }
    assertThat(site.send(put(capability, task, bytes)).statusCode()).isEqualTo(204);
    assertThat(written(task)).isEqualTo(bytes);
  }

  @Test
  void anUploadWhoseLeaseEndsOnTheWayIsRefused() throws IOException {
    TensorTask task = task("embed");
    byte[] bytes = random(task);
    try (Socket socket = beginUpload(grantAll(), task, bytes)) {
      socket.getOutputStream().write(bytes, 0, bytes.length / 2);
      site.files.revoke(LEASE);
      socket.getOutputStream().write(bytes, bytes.length / 2, bytes.length - bytes.length / 2);
      assertThat(rest(socket)).startsWith("HTTP/1.1 403");
    }
    assertThat(Arrays.copyOfRange(written(task), bytes.length / 2, bytes.length)).containsOnly(0);
  }

  @Test
  void lateBytesDoNotOverwriteThoseOfALaterAttempt() throws IOException {
    TensorTask task = task("embed");
    String capability = grantAll();
    byte[] late = new byte[(int) task.length()];
    try (Socket socket = beginUpload(capability, task, late)) {
      assertThat(site.send(put(capability, task, random(task))).statusCode()).isEqualTo(204);
      socket.getOutputStream().write(late);
      assertThat(rest(socket)).startsWith("HTTP/1.1 403");
    }
    assertThat(written(task)).isEqualTo(random(task));
  }

  @Test
  void aFileThatCannotBeReadIsAFaultThatIsTold() throws IOException {
    String capability = grantAll();
    Files.delete(planned.inputs().getFirst().path());
    HttpResponse<String> answer = site.send(input(capability, 0));
    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(error(answer)).contains("storage").doesNotContain("Exception");
  }

  private static void shorten(Path file, long size) throws IOException {
    try (RandomAccessFile shorter = new RandomAccessFile(file.toFile(), "rw")) {
      shorter.setLength(size);
    }
  }

  @Test
  void aFileThatBecameShorterBreaksTheDownloadOff() throws IOException {
    Path file = planned.inputs().getFirst().path();
    byte[] whole = Files.readAllBytes(file);
    String capability = grantAll();
    shorten(file, 1_200);
    try (Socket socket = site.socket()) {
      write(socket, download(RUN, capability));
      assertBrokenOff(socket.getInputStream().readAllBytes(), whole, 1_000);
    }
  }

  /** Also where the worker takes its time, and the read that fails has long ended. */
  @Test
  void whatWasReadComesBeforeTheFailureThatFollowedIt() throws IOException {
    String capability = grantAll();
    shorten(planned.inputs().getFirst().path(), 1_200);
    InputBytes input = site.files.input(capability, RUN, 0).orElseThrow();
    ByteRange all = ByteRange.WHOLE.within(input.size());
    Download download = new Download(input, all, 500, Runnable::run);
    int failed = -1;
    assertThat(
            download
                .bytes(download.first().toCompletableFuture().join())
                .initialDelay(Duration.ofMillis(50))
                .map(ByteString::size)
                .recover(CompletionException.class, () -> failed)
                .runWith(Sink.seq(), site.kit.system())
                .toCompletableFuture()
                .join())
        .containsExactly(500, 500, failed);
  }

  @Test
  void aDownloadEndsWithItsLease() throws IOException {
    // More than all buffers on the way hold.
    long size = 64 << 20;
    Path big = directory.resolve("big");
    writeSparse(big.resolve("a/model.safetensors"), size);
    writeSparse(big.resolve("b/model.safetensors"), size);
    PlannedMerge bigMerge = MergePlanner.plan(plan(big));
    site.files.open("big", bigMerge, shards);
    LeaseId lease = new LeaseId("big", 1);
    String capability = site.files.grant(lease, bigMerge.tasks()).orElseThrow().capability();
    try (Socket socket = site.socket()) {
      write(socket, download(lease.job(), capability));
      assertThat(socket.getInputStream().readNBytes(15)).asString().isEqualTo("HTTP/1.1 200 OK");
      site.files.revoke(lease);
      assertThat(socket.getInputStream().readAllBytes().length).isLessThan((int) size);
    }
  }

  private static void writeSparse(Path file, long size) throws IOException {
    Files.createDirectories(file.resolveSibling(""));
    byte[] header =
        "{\"t\":{\"dtype\":\"BF16\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
            .formatted(size / 2, size)
            .getBytes(StandardCharsets.US_ASCII);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.writeLong(Long.reverseBytes(header.length));
      sparse.write(header);
      sparse.setLength(8 + header.length + size);
    }
  }

  private static MergePlan plan(Path directory) {
    return new MergePlan(
        Path.of("plan.yaml"),
        Method.LINEAR,
        List.of(
            new MergePlan.Ingredient("a", directory.resolve("a"), Fraction.of(1, 2)),
            new MergePlan.Ingredient("b", directory.resolve("b"), Fraction.of(1, 2))),
        false,
        Optional.empty(),
        Optional.empty(),
        new MergePlan.Output(directory.resolve("soup"), 1L << 40),
        NonFinitePolicy.FAIL);
  }
}
