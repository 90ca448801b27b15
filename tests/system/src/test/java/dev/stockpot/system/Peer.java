package dev.stockpot.system;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Connections of which a test writes every byte itself. */
final class Peer {

  static final String HOST = "127.0.0.1";
  private static final int PATIENCE_MILLIS = 60_000;

  private Peer() {}

  /** With the key, the trust and the password that stand in a node's directory. */
  static SSLContext context(Path directory) {
    try {
      char[] password = Files.readString(directory.resolve("password")).strip().toCharArray();
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store(directory.resolve("node.p12"), password), password);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(keys.getKeyManagers(), trust(directory, password).getTrustManagers(), null);
      return context;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static TrustManagerFactory trust(Path directory, char[] password)
      throws IOException, GeneralSecurityException {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store(directory.resolve("trust.p12"), password));
    return trust;
  }

  private static KeyStore store(Path file, char[] password)
      throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, password);
      return store;
    }
  }

  static Socket secure(SSLContext context, int port) throws IOException {
    Socket socket = context.getSocketFactory().createSocket(HOST, port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  static Socket plain(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getAllByName(HOST)[0], port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  /** Sends bytes and waits until the other side closes the connection, by whatever means. */
  static void send(Socket socket, byte[] bytes) {
    try {
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
      out.flush();
      long _ = socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection stays open", e);
    } catch (IOException _) {
      // Reset.
    }
  }
}
