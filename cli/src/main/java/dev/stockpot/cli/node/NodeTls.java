package dev.stockpot.cli.node;

import dev.stockpot.coordinator.files.PrivateFiles;
import dev.stockpot.merge.MergeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** What a node trusts when it calls the coordinator's HTTP API. */
final class NodeTls {

  private NodeTls() {}

  /**
   * Trusts those whom the node's trust store names, and nobody else.
   *
   * @return empty where the node has no TLS
   * @throws MergeException of kind ENVIRONMENT if the store cannot be used
   */
  static Optional<SSLContext> clientContext(Optional<NodeSettings.Tls> tls) {
    return tls.map(NodeTls::clientContext);
  }

  private static SSLContext clientContext(NodeSettings.Tls tls) {
    try (InputStream file = Files.newInputStream(tls.trustStore())) {
      PrivateFiles.demandSecret(tls.passwordFile(), "password of the trust store");
      char[] password = Files.readString(tls.passwordFile()).strip().toCharArray();
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(file, password);
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw MergeException.environment(
          "%s: the trust store cannot be used with the password in %s: %s; see stockpot.tls"
              .formatted(tls.trustStore(), tls.passwordFile(), e.getMessage()),
          e);
    }
  }
}
