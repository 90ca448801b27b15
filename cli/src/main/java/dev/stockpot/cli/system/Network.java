package dev.stockpot.cli.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The network as this machine sees it. Nothing takes much longer than {@link #SECONDS}. */
final class Network {
  static final int SECONDS = 5;

  private Network() {}

  /** The addresses of a host; none if no resolver knows it in time. */
  static List<InetAddress> addresses(String host) {
    CompletableFuture<List<InetAddress>> found = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            found.complete(List.of(InetAddress.getAllByName(host)));
          } catch (IOException _) {
            found.complete(List.of());
          }
        });
    try {
      return found.get(SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException _) {
      return List.of();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  /** Whether one of this machine's interfaces has the address. */
  static boolean isOwn(InetAddress address) {
    try {
      return address.isAnyLocalAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException _) {
      return false;
    }
  }

  /** Why nothing can listen there; empty if something can. */
  static Optional<String> whyNotFree(String host, int port) {
    List<InetAddress> addresses = addresses(host);
    if (addresses.isEmpty()) {
      return Optional.of("'" + host + "' is not known");
    }
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(addresses.getFirst(), port));
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** A connection to one of the host's addresses. */
  static Socket connect(Endpoint to) throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(new InetSocketAddress(to.host(), to.port()), SECONDS * 1000);
      socket.setSoTimeout(SECONDS * 1000);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }
}
