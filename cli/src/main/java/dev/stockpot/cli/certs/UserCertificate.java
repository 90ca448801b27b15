package dev.stockpot.cli.certs;

import dev.stockpot.checkpoint.file.FileTrees;
import dev.stockpot.merge.MergeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key by which the nodes of one user on one machine know each other: all of them have the same
 * certificate, signed by itself, and trust no other. Who can read the directory is the user.
 *
 * @param directory holds {@link #keyStore}, {@link #trustStore}, {@link #passwordFile}, and the
 *     certificate in PEM
 */
public record UserCertificate(Path directory) {

  private static final Logger LOG = LoggerFactory.getLogger(UserCertificate.class);

  private static final String ALIAS = "node";
  private static final int DAYS = 3650;

  /** So long before its end it is made anew. */
  private static final Duration SOON = Duration.ofDays(30);

  /** A PKCS12 store with the key and its certificate. */
  public Path keyStore() {
    return directory.resolve(CertificateAuthority.NODE_STORE);
  }

  /** A PKCS12 store with the certificate. */
  public Path trustStore() {
    return directory.resolve(CertificateAuthority.TRUST_STORE);
  }

  /** Holds the password of both. */
  public Path passwordFile() {
    return directory.resolve(CertificateAuthority.PASSWORD);
  }

  private Path certificate() {
    return directory.resolve(CertificateAuthority.CERTIFICATE);
  }

  /** Whether it was made. */
  public boolean exists() {
    return Files.exists(certificate());
  }

  /**
   * Finds the certificate; makes it where there is none, or where it is about to end. Any number of
   * processes may do so at once, and be killed while they do. Blocks.
   *
   * @throws MergeException of kind ENVIRONMENT if that cannot be done, or others can read the key
   */
  public static UserCertificate readOrMake(Path directory) {
    UserCertificate own = new UserCertificate(directory.toAbsolutePath());
    try {
      if (own.exists()) {
        own.requireSecret();
        if (own.lasts(Instant.now().plus(SOON))) {
          return own;
        }
        own.discard();
      }
      own.make();
      return own;
    } catch (IOException | CertificateException e) {
      throw MergeException.environment(
          "'%s': the certificate of this user's nodes cannot be used: %s; delete the directory to get a new one"
              .formatted(own.directory, e.getMessage()),
          e);
    }
  }

  private void requireSecret() throws IOException {
    String permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(directory));
    if (!permissions.endsWith("------")) {
      throw MergeException.environment(
          "'%s' holds the key of this user's nodes, and others can open it (%s): run chmod 700 on it"
              .formatted(directory, permissions),
          null);
    }
  }

  private boolean lasts(Instant time) throws IOException, CertificateException {
    try (InputStream pem = Files.newInputStream(certificate())) {
      X509Certificate read =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(pem);
      return time.isBefore(read.getNotAfter().toInstant());
    }
  }

  /** By a name that nobody looks for, so that others see it whole or not at all. */
  private void discard() throws IOException {
    Path old = Files.createTempDirectory(directory.resolveSibling("."), ".certs-old-");
    try {
      Files.move(directory, old.resolve("tls"));
    } catch (NoSuchFileException _) {
      // Another process was first.
    }
    FileTrees.delete(old);
  }

  private void make() {
    Keytool keytool = Keytool.ofThisJava();
    try {
      NewDirectory.fill(
          directory,
          staging -> {
            UserCertificate fresh = new UserCertificate(staging);
            String password = Pkcs12.randomPassword();
            Pkcs12.writePassword(password, fresh.passwordFile());
            keytool.generate(
                fresh.keyStore(),
                fresh.passwordFile(),
                ALIAS,
                "Nodes of " + subject(),
                DAYS,
                List.of(
                    "-ext",
                    "san=dns:localhost,ip:127.0.0.1,ip:::1",
                    "-ext",
                    "eku=serverAuth,clientAuth"));
            Pkcs12.restrict(fresh.keyStore());
            X509Certificate made =
                (X509Certificate)
                    Objects.requireNonNull(
                        Pkcs12.read(fresh.keyStore(), password).getCertificate(ALIAS));
            KeyStore trust = Pkcs12.empty();
            trust.setCertificateEntry(ALIAS, made);
            Pkcs12.write(trust, fresh.trustStore(), password);
            Pkcs12.writePem(made, fresh.certificate());
          });
      LOG.info("Made the certificate by which this user's nodes know each other, in {}", directory);
    } catch (MergeException e) {
      // Another process may have been first; its certificate is as good.
      if (!exists()) {
        throw e;
      }
    }
  }

  /** The user's name as far as a distinguished name takes it unquoted. */
  private static String subject() {
    return System.getProperty("user.name", "").replaceAll("[^A-Za-z0-9._-]", "_");
  }
}
