package dev.stockpot.coordinator.http.port;

import com.typesafe.config.Config;
import dev.stockpot.coordinator.files.PrivateFiles;
import dev.stockpot.merge.MergeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * Where the certificate and key of this process are.
 *
 * @param keyStore PKCS12, with one private key and its certificates
 * @param passwordFile its only line is the password of the store and of the key
 */
public record TlsFiles(Path keyStore, Path passwordFile) {

  private static final String PROTOCOL = "TLSv1.3";

  /** The fastest first, for an API that moves gigabytes. */
  private static final String[] CIPHER_SUITES = {
    "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"
  };

  /** Empty if no key store is configured. */
  public static Optional<TlsFiles> from(Config root) {
    Config config = root.getConfig("stockpot.tls");
    String keyStore = config.getString("key-store");
    return keyStore.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new TlsFiles(
                HttpSettings.userPath(keyStore),
                HttpSettings.userPath(config.getString("password-file"))));
  }

  /**
   * Reads the files. Blocks.
   *
   * @throws MergeException of kind ENVIRONMENT if they cannot be used
   */
  public SSLContext context() {
    try (InputStream file = Files.newInputStream(keyStore)) {
      PrivateFiles.demandSecret(keyStore, "key store");
      PrivateFiles.demandSecret(passwordFile, "password of the key store");
      char[] password = Files.readString(passwordFile).strip().toCharArray();
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(file, password);
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, password);
      SSLContext context = SSLContext.getInstance(PROTOCOL);
      // Nobody's certificate is asked for, so that none need be trusted: clients have tokens.
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw MergeException.environment(
          "%s: the key store cannot be used with the password in %s: %s; see stockpot.tls"
              .formatted(keyStore, passwordFile, e.getMessage()),
          e);
    }
  }

  /** The server's end of one connection. */
  public static SSLEngine engine(SSLContext context) {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    engine.setEnabledProtocols(new String[] {PROTOCOL});
    engine.setEnabledCipherSuites(CIPHER_SUITES.clone());
    return engine;
  }
}
