package dev.stockpot.cli.client.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * Whose certificates are believed.
 *
 * @param ca a PEM file with the only authorities to trust; empty for those that the JDK trusts
 */
public record Trust(Optional<Path> ca) {

  /**
   * A context for connections.
   *
   * @param secure whether there will be any that are secure; opening the JDK's own store takes a
   *     while
   */
  public SSLContext context(boolean secure) {
    try {
      if (ca.isEmpty() && secure) {
        return SSLContext.getDefault();
      }
      TrustManager[] trusted = secure && ca.isPresent() ? only(ca.get()) : new TrustManager[0];
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[0], trusted, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no TLS", e);
    }
  }

  private static TrustManager[] only(Path file) throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    try (InputStream in = Files.newInputStream(file)) {
      store.load(null, null);
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      for (Certificate certificate : certificates) {
        store.setCertificateEntry("ca-" + store.size(), certificate);
      }
      if (certificates.isEmpty()) {
        throw new CertificateException("it holds none");
      }
    } catch (IOException e) {
      throw new ClientException.Unusable(
          file + ": the authorities' certificates cannot be read (--ca, STOCKPOT_CA): " + e);
    } catch (CertificateException e) {
      throw new ClientException.Unusable(
          "%s: no certificates in PEM format (--ca, STOCKPOT_CA): %s"
              .formatted(file, e.getMessage()));
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  /** Why there is no secure connection, and what to do. */
  public String words(SSLException failure, String host) {
    String all = chain(failure);
    if (all.contains("plaintext connection") || all.contains("Unsupported or unrecognized SSL")) {
      return "what answers there does not speak TLS; is its address http://?";
    }
    if (all.contains("No subject alternative") || all.contains("No name matching")) {
      return "its certificate is not for '%s'; use the name that it is for".formatted(host);
    }
    // The last is said of another authority that has the name of a trusted one.
    if (all.contains("unable to find valid certification path")
        || all.contains("trustAnchors")
        || all.contains("signature check failed")) {
      return "its certificate is not from an authority that is trusted, which are "
          + ca.map(file -> "those in " + file).orElse("those of the JDK")
          + "; name the coordinator's with --ca or STOCKPOT_CA";
    }
    return "no secure connection: " + failure.getMessage();
  }

  private static String chain(Throwable failure) {
    StringBuilder all = new StringBuilder();
    for (Throwable at = failure; at != null; at = at.getCause()) {
      all.append(at.getMessage()).append('\n');
    }
    return all.toString();
  }
}
