package dev.stockpot.hub.client;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** TLS that believes the authorities of one PEM file. */
final class Authorities {

  private static final String CURE = "; SSL_CERT_FILE (or REQUESTS_CA_BUNDLE) must name a PEM file";

  private Authorities() {}

  static SSLContext context(Path file) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (Certificate certificate : certificates(file)) {
        store.setCertificateEntry("ca-" + store.size(), certificate);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[0], factory.getTrustManagers(), null);
      return context;
    } catch (CertificateException e) {
      throw new HubException(
          Kind.REFUSED, file + ": holds no certificates in PEM format" + CURE, e);
    } catch (IOException e) {
      throw new HubException(Kind.REFUSED, file + ": " + FileErrors.reason(e) + CURE, e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no TLS", e);
    }
  }

  private static Collection<? extends Certificate> certificates(Path file)
      throws IOException, CertificateException {
    try (InputStream in = RegularFiles.stream(file)) {
      Collection<? extends Certificate> found =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (found.isEmpty()) {
        throw new CertificateException("none");
      }
      return found;
    }
  }
}
