package dev.stockpot.coordinator.http;

import static dev.stockpot.coordinator.http.ApiSite.assertBrokenOff;
import static dev.stockpot.coordinator.http.ApiSite.download;
import static dev.stockpot.coordinator.http.ApiSite.error;
import static dev.stockpot.coordinator.http.ApiSite.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.storage.InputBytes;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.planner.MergePlanner;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.plan.Fraction;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.Method;
import dev.stockpot.plan.NonFinitePolicy;
import dev.stockpot.plan.OutputDtypes;
import dev.stockpot.protocol.LeaseId;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes of running jobs, read and written as a worker does it that sees no file. */
final class DataPlaneTest extends DataSite {

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
      write(socket, download(lease.run(), capability));
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
        OutputDtypes.OF_INPUTS,
        Optional.empty(),
        new MergePlan.Output(directory.resolve("soup"), 1L << 40),
        NonFinitePolicy.FAIL);
  }
}
