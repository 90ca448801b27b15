package dev.stockpot.coordinator.tenure;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/**
 * Stands between a process and PostgreSQL and reads the statements that go by, of plain
 * connections: so that a test can freeze the process, or cut it off, while a certain statement is
 * executed.
 */
final class SqlProxy implements AutoCloseable {

  private record Trap(Predicate<String> statement, Runnable action) {}

  private final int serverPort;
  private final ServerSocket listener;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicReference<Optional<Trap>> trap = new AtomicReference<>(Optional.empty());
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean cut;

  private SqlProxy(int serverPort, ServerSocket listener) {
    this.serverPort = serverPort;
    this.listener = listener;
    Thread.ofVirtual().start(this::accept);
  }

  /** In front of the server of a URL of JDBC. */
  static SqlProxy to(String url) throws IOException {
    int port = Integer.parseInt(url.replaceFirst(".*127\\.0\\.0\\.1:(\\d+)/.*", "$1"));
    return new SqlProxy(port, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
  }

  /** The server's URL, through here. */
  String url(String direct) {
    return direct.replace(":" + serverPort + "/", ":" + listener.getLocalPort() + "/")
        + "?sslmode=disable&gssEncMode=disable";
  }

  /**
   * Does something before the next such statement goes to the server.
   *
   * @param statement is given lower case
   */
  void before(Predicate<String> statement, Runnable action) {
    trap.set(Optional.of(new Trap(statement, action)));
  }

  /** From now on nothing comes back and no further statement goes to the server; nobody is told. */
  void cut() {
    cut = true;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        if (cut) {
          sockets.add(client);
          continue;
        }
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        sockets.addAll(List.of(client, server));
        Thread.ofVirtual().start(() -> quietly(() -> forward(client, server), client, server));
        Thread.ofVirtual().start(() -> quietly(() -> copy(server, client), client, server));
      }
    } catch (IOException _) {
      // Closed.
    }
  }

  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  /** The end of one side is the other's, unless nobody is to hear of it. */
  private void quietly(Work work, Socket one, Socket other) {
    try (one;
        other) {
      try {
        work.run();
      } catch (IOException _) {
        // It has ended, as a process does that is killed.
      }
      if (cut) {
        closed.await();
      }
    } catch (IOException | InterruptedException _) {
      // The test has ended.
    }
  }

  /** Messages go on by the batch, as far as the one that asks for an answer. */
  private void forward(Socket from, Socket to) throws IOException, InterruptedException {
    DataInputStream in = new DataInputStream(new BufferedInputStream(from.getInputStream()));
    OutputStream out = to.getOutputStream();
    byte[] startup = new byte[in.readInt() - Integer.BYTES];
    in.readFully(startup);
    out.write(ByteBuffer.allocate(Integer.BYTES).putInt(startup.length + Integer.BYTES).array());
    out.write(startup);
    Map<String, String> prepared = new HashMap<>();
    List<String> statements = new ArrayList<>();
    ByteArrayOutputStream batch = new ByteArrayOutputStream();
    while (true) {
      byte type = in.readByte();
      int length = in.readInt();
      byte[] body = new byte[length - Integer.BYTES];
      in.readFully(body);
      batch.write(type);
      batch.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
      batch.writeBytes(body);
      String[] words = new String(body, StandardCharsets.UTF_8).split("\0", 3);
      switch (type) {
        case 'P' -> prepared.put(words[0], words[1].toLowerCase(Locale.ROOT));
        case 'B' -> statements.add(prepared.getOrDefault(words[1], ""));
        case 'Q' -> statements.add(words[0].toLowerCase(Locale.ROOT));
        default -> {}
      }
      if ("SQHpX".indexOf(type) >= 0) {
        if (cut) {
          closed.await();
        }
        statements.forEach(this::pass);
        statements.clear();
        batch.writeTo(out);
        out.flush();
        batch.reset();
      }
    }
  }

  private void pass(String statement) {
    Optional<Trap> set = trap.get().filter(one -> one.statement().test(statement));
    if (set.isPresent() && trap.getAndSet(Optional.empty()).isPresent()) {
      set.get().action().run();
    }
  }

  private void copy(Socket from, Socket to) throws IOException, InterruptedException {
    InputStream in = from.getInputStream();
    OutputStream out = to.getOutputStream();
    byte[] bytes = new byte[1 << 16];
    for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
      if (cut) {
        closed.await();
      }
      out.write(bytes, 0, read);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      listener.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
