package dev.stockpot.cli.system;

import dev.stockpot.cli.system.NodeFile.TlsFiles;
import dev.stockpot.coordinator.files.PrivateFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Looks at a node's certificates, and lets the node greet itself as its peers will. */
final class TlsChecks {
  private static final String SUBJECT = "tls";
  private static final int PEER_JUDGES_MILLIS = 1000;
  private static final Duration SOON = Duration.ofDays(30);
  private static final String MAKE_NEW = "make a new one: 'stockpot certs node'";

  private final TlsFiles files;
  private final List<Check> checks = new ArrayList<>();
  private Optional<SSLContext> context = Optional.empty();

  private TlsChecks(TlsFiles files) {
    this.files = files;
  }

  static TlsChecks of(TlsFiles files, String host) {
    TlsChecks checks = new TlsChecks(files);
    checks.run(host);
    return checks;
  }

  List<Check> checks() {
    return List.copyOf(checks);
  }

  /** With the node's key and trust; empty if the files do not serve. */
  Optional<SSLContext> context() {
    return context;
  }

  private void run(String host) {
    try {
      char[] password = Files.readString(files.passwordFile()).strip().toCharArray();
      KeyStore keys = open(files.keyStore(), password);
      KeyStore trusted = open(files.trustStore(), password);
      Optional<String> alias = keyAlias(keys);
      if (alias.isEmpty()) {
        checks.add(fail("'" + files.keyStore() + "' holds no key with a certificate", MAKE_NEW));
        return;
      }
      X509Certificate certificate = (X509Certificate) keys.getCertificate(alias.get());
      checks.add(secret());
      checks.add(dates(certificate, Instant.now()));
      checks.add(match((PrivateKey) keys.getKey(alias.get(), password), certificate));
      SSLContext made = context(keys, password, trusted);
      checks.add(greetItself(made, host));
      context = Optional.of(made);
    } catch (NoSuchFileException e) {
      checks.add(
          fail("'" + e.getFile() + "' is not there", "mend stockpot.tls, or make the files"));
    } catch (IOException | GeneralSecurityException e) {
      checks.add(
          fail(
              "the files of stockpot.tls cannot be used: " + e.getMessage(),
              "make both stores PKCS12, with the password that the password file holds"));
    }
  }

  private static KeyStore open(Path file, char[] password)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try {
      store.load(new ByteArrayInputStream(Files.readAllBytes(file)), password);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException("'" + file + "': " + e.getMessage(), e);
    }
    return store;
  }

  private static Optional<String> keyAlias(KeyStore store) throws GeneralSecurityException {
    for (String alias : Collections.list(store.aliases())) {
      if (store.isKeyEntry(alias) && store.getCertificate(alias) instanceof X509Certificate) {
        return Optional.of(alias);
      }
    }
    return Optional.empty();
  }

  private Check secret() throws IOException {
    for (Path file : List.of(files.passwordFile(), files.keyStore())) {
      if (PrivateFiles.isOpenToAll(file)) {
        return fail("everybody here can read '" + file + "'", "chmod 600 it");
      }
    }
    return Check.ok(SUBJECT, "key and password are kept from others");
  }

  static Check dates(X509Certificate certificate, Instant now) {
    Instant from = certificate.getNotBefore().toInstant();
    Instant to = certificate.getNotAfter().toInstant();
    if (now.isBefore(from)) {
      return fail("the certificate is valid only from " + from, "set this machine's clock");
    }
    if (now.isAfter(to)) {
      return fail("the certificate was valid until " + to, MAKE_NEW);
    }
    String found = "the certificate is valid until " + to.truncatedTo(ChronoUnit.SECONDS);
    return now.plus(SOON).isAfter(to)
        ? Check.warn(SUBJECT, found, MAKE_NEW)
        : Check.ok(SUBJECT, found);
  }

  private static Check match(PrivateKey key, X509Certificate certificate)
      throws GeneralSecurityException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> key.getAlgorithm();
        };
    byte[] text = {1, 2, 3};
    Signature signing = Signature.getInstance(algorithm);
    signing.initSign(key);
    signing.update(text);
    Signature verifying = Signature.getInstance(algorithm);
    verifying.initVerify(certificate);
    verifying.update(text);
    return verifying.verify(signing.sign())
        ? Check.ok(SUBJECT, "key and certificate belong together")
        : fail("the certificate is of another key", MAKE_NEW);
  }

  private static SSLContext context(KeyStore keys, char[] password, KeyStore trusted)
      throws GeneralSecurityException {
    KeyManagerFactory keyManagers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keyManagers.init(keys, password);
    TrustManagerFactory trustManagers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trustManagers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
    return context;
  }

  /** Dates, use, trust and names of the certificate, judged by the code that peers run. */
  private static Check greetItself(SSLContext context, String host) {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket server = new ServerSocket(0, 1, loopback);
        Socket client =
            Network.connect(new Endpoint(loopback.getHostAddress(), server.getLocalPort()));
        Socket accepted = server.accept()) {
      Thread.ofVirtual().start(() -> answer(context, accepted));
      handshake(context, client, new Endpoint(host, server.getLocalPort()));
      return Check.ok(SUBJECT, "peers of the same CA will accept this node as " + host);
    } catch (SSLException e) {
      return fail(
          "peers will refuse this node as %s: %s".formatted(host, words(e)),
          "make a certificate of the CA that the trust store holds: 'stockpot certs node"
              + " DIR NAME --host "
              + host
              + "'");
    } catch (IOException e) {
      return fail("no connection on loopback: " + e.getMessage(), "look at the local firewall");
    }
  }

  /** Ends with the caller's sockets. */
  private static void answer(SSLContext context, Socket socket) {
    try (SSLSocket secure =
        (SSLSocket) context.getSocketFactory().createSocket(socket, null, true)) {
      secure.setSoTimeout(Network.SECONDS * 1000);
      secure.setNeedClientAuth(true);
      secure.getOutputStream().write(1);
      secure.getInputStream().read();
    } catch (IOException _) {
      // The other end tells why.
    }
  }

  /**
   * Proves to the peer who this node is, and looks who it is.
   *
   * @throws SSLException if either does not believe the other
   */
  static void handshake(SSLContext context, Socket socket, Endpoint peer) throws IOException {
    SSLSocket secure =
        (SSLSocket)
            context.getSocketFactory().createSocket(socket, peer.host(), peer.port(), false);
    SSLParameters parameters = secure.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secure.setSSLParameters(parameters);
    secure.startHandshake();
    // With TLS 1.3 the peer judges after our handshake has ended; silence means that it waits.
    try {
      secure.setSoTimeout(PEER_JUDGES_MILLIS);
      secure.getInputStream().read();
    } catch (SocketTimeoutException _) {
      // It has not refused.
    } catch (SocketException e) {
      throw new SSLException("it hung up: " + e.getMessage());
    }
  }

  /** The innermost reason, which is the one that says something. */
  static String words(SSLException e) {
    Throwable reason = e;
    while (reason.getCause() != null) {
      reason = reason.getCause();
    }
    return String.valueOf(reason.getMessage());
  }

  private static Check fail(String found, String cure) {
    return Check.fail(SUBJECT, found, cure);
  }
}
