package dev.stockpot.coordinator.http;

import static dev.stockpot.coordinator.http.ApiSite.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.ShardLayout;
import dev.stockpot.coordinator.Soup;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.protocol.LeaseId;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The files of one run, and what a worker asks of them that sees none. */
@SuppressWarnings("NullAway.Init") // set before each
abstract class DataSite {

  static final String RUN = "night-1-0";
  static final LeaseId LEASE = new LeaseId(RUN, 1);

  @TempDir Path directory;
  ApiSite site;
  PlannedMerge planned;
  Path shards;

  @BeforeEach
  void open() throws IOException {
    // Chunks so small that every range is several.
    site = ApiSite.in(directory, "stockpot.coordinator.http.chunk = 500B");
    shards = directory.resolve("shards");
    open(Soup.in(directory).planned());
  }

  void open(PlannedMerge merge) throws IOException {
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

  String grant(TensorTask... tasks) {
    return site.files.grant(LEASE, List.of(tasks)).orElseThrow().capability();
  }

  String grantAll() {
    return grant(planned.tasks().toArray(TensorTask[]::new));
  }

  TensorTask task(String tensor) {
    return planned.tasks().stream()
        .filter(task -> task.tensor().equals(tensor))
        .findFirst()
        .orElseThrow();
  }

  HttpRequest.Builder input(String capability, int input) {
    return site.request("/v1/data/%s/inputs/%d".formatted(RUN, input))
        .header("Stockpot-Capability", capability);
  }

  HttpRequest.Builder put(String capability, TensorTask task, byte[] bytes) {
    return site.request("/v1/data/%s/tasks/%d".formatted(RUN, task.id()))
        .header("Stockpot-Capability", capability)
        .header("Stockpot-Crc32c", crc(bytes))
        .PUT(BodyPublishers.ofByteArray(bytes));
  }

  static String crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return "%08x".formatted(crc.getValue());
  }

  static byte[] random(TensorTask task) {
    byte[] bytes = new byte[(int) task.length()];
    new Random(task.id()).nextBytes(bytes);
    return bytes;
  }

  byte[] written(TensorTask task) {
    return written(task, 0);
  }

  byte[] written(TensorTask task, int soup) {
    try {
      byte[] shard = Files.readAllBytes(shards.resolve(planned.shardsOf(task).get(soup)));
      return Arrays.copyOfRange(shard, (int) task.offset(), (int) (task.offset() + task.length()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  HttpResponse<byte[]> bytes(HttpRequest.Builder request) {
    return site.client.sendAsync(request.build(), BodyHandlers.ofByteArray()).join();
  }

  /** The head of an upload; once this returns the server has begun to take the body. */
  Socket beginUpload(String capability, TensorTask task, byte[] bytes) throws IOException {
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
  static String head(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) socket.getInputStream().read());
    }
    return head.toString();
  }
}
