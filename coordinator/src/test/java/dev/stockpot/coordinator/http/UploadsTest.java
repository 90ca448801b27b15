package dev.stockpot.coordinator.http;

import static dev.stockpot.coordinator.http.ApiSite.error;
import static dev.stockpot.coordinator.http.ApiSite.rest;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.Soup;
import dev.stockpot.merge.TensorTask;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Bytes of tasks, sent as a worker does it that does not see the output. */
final class UploadsTest extends DataSite {

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
  void theRightBytesGetInAfterThoseOfAnotherChecksum() {
    TensorTask task = task("embed");
    String capability = grantAll();
    assertThat(site.send(wrong(capability, task)).statusCode()).isEqualTo(400);
    assertThat(site.send(put(capability, task, random(task))).statusCode()).isEqualTo(204);
    assertThat(written(task)).isEqualTo(random(task));
  }

  /** An upload of the right length whose bytes are not those of its checksum. */
  private HttpRequest.Builder wrong(String capability, TensorTask task) {
    byte[] bytes = new byte[(int) task.length()];
    Arrays.fill(bytes, (byte) 7);
    return put(capability, task, bytes).setHeader("Stockpot-Crc32c", crc(random(task)));
  }

  /** Sends what is missing, and expects it to be the whole. */
  private static void finish(Socket upload, byte[] bytes, int from) throws IOException {
    upload.getOutputStream().write(bytes, from, bytes.length - from);
    assertThat(rest(upload)).startsWith("HTTP/1.1 204");
  }

  @Test
  void anUploadGoesOnWhateverASecondOneSends() throws IOException {
    TensorTask task = task("embed");
    byte[] bytes = random(task);
    byte[] others = new byte[bytes.length];
    String capability = grantAll();
    try (Socket mine = beginUpload(capability, task, bytes)) {
      mine.getOutputStream().write(bytes, 0, 600);
      assertThat(site.send(wrong(capability, task)).statusCode()).isEqualTo(400);
      try (Socket stalled = beginUpload(capability, task, others)) {
        stalled.getOutputStream().write(others, 0, 1_000);
        finish(mine, bytes, 600);
      }
    }
    assertThat(written(task)).isEqualTo(bytes);
  }

  @Test
  void anUploadThatStallsKeepsNoOtherFromThePlace() throws IOException {
    TensorTask task = task("embed");
    byte[] bytes = random(task);
    byte[] others = new byte[bytes.length];
    String capability = grantAll();
    try (Socket stalled = beginUpload(capability, task, others);
        Socket same = beginUpload(capability, task, bytes)) {
      stalled.getOutputStream().write(others, 0, 1_000);
      assertThat(site.send(put(capability, task, bytes)).statusCode()).isEqualTo(204);
      finish(same, bytes, 0);
      stalled.getOutputStream().write(others, 1_000, others.length - 1_000);
      assertThat(rest(stalled)).startsWith("HTTP/1.1 409");
    }
    assertThat(written(task)).isEqualTo(bytes);
  }

  @Test
  void whatWasAcknowledgedStaysUnderItsLease() {
    TensorTask task = task("embed");
    byte[] bytes = random(task);
    byte[] others = new byte[bytes.length];
    String capability = grantAll();
    assertThat(site.send(put(capability, task, bytes)).statusCode()).isEqualTo(204);
    assertThat(site.send(wrong(capability, task)).statusCode()).isEqualTo(400);
    HttpResponse<String> answer = site.send(put(capability, task, others));
    assertThat(answer.statusCode()).isEqualTo(409);
    assertThat(error(answer)).contains(crc(bytes), crc(others));
    assertThat(written(task)).isEqualTo(bytes);
    assertThat(site.send(put(capability, task, bytes)).statusCode()).as("repeated").isEqualTo(204);
    site.files.revoke(LEASE);
    assertThat(site.send(put(grantAll(), task, others)).statusCode()).as("leased").isEqualTo(204);
    assertThat(written(task)).isEqualTo(others);
  }

  @Test
  void uploadsOfOneTaskAreFewAndLeaveNothingBehind() throws IOException {
    TensorTask task = task("embed");
    byte[] bytes = random(task);
    String capability = grantAll();
    try (Socket first = beginUpload(capability, task, bytes);
        Socket second = beginUpload(capability, task, bytes);
        Socket third = beginUpload(capability, task, bytes);
        Socket fourth = beginUpload(capability, task, bytes)) {
      HttpResponse<String> answer = site.send(put(capability, task, bytes));
      assertThat(answer.statusCode()).isEqualTo(409);
      assertThat(error(answer)).contains("try again");
      for (Socket upload : List.of(third, first, fourth, second)) {
        finish(upload, bytes, 0);
      }
    }
    assertThat(written(task)).isEqualTo(bytes);
    assertThat(directory.toFile().list())
        .as("beside the shards")
        .noneMatch(name -> name.startsWith("upload"));
  }

  @Test
  void lateBytesDoNotOverwriteThoseOfALaterAttempt() throws IOException {
    TensorTask task = task("embed");
    String capability = grantAll();
    byte[] late = new byte[(int) task.length()];
    try (Socket socket = beginUpload(capability, task, late)) {
      assertThat(site.send(put(capability, task, random(task))).statusCode()).isEqualTo(204);
      socket.getOutputStream().write(late);
      assertThat(rest(socket)).startsWith("HTTP/1.1 409");
    }
    assertThat(written(task)).isEqualTo(random(task));
  }
}
