package dev.stockpot.cli.certs;

import dev.stockpot.checkpoint.file.FileTrees;
import dev.stockpot.merge.MergeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A CA in a directory, and what it issues in directories below. Whatever it makes appears whole or
 * not at all, and nothing is ever overwritten.
 *
 * @param directory holds {@link #CA_STORE}, {@link #PASSWORD} and {@link #CERTIFICATE}
 */
record CertificateAuthority(Path directory) {

  /** The CA's key. */
  static final String CA_STORE = "ca.p12";

  /** A node's key and certificate. */
  static final String NODE_STORE = "node.p12";

  /** The CA's certificate, for nodes. */
  static final String TRUST_STORE = "trust.p12";

  /** The CA's certificate, for others. */
  static final String CERTIFICATE = "ca.pem";

  /** Opens the stores beside it. */
  static final String PASSWORD = "password";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
  private static final String CA_ALIAS = "ca";
  private static final String NODE_ALIAS = "node";

  /** Makes one in a new or an empty directory. */
  static CertificateAuthority create(Path directory, int days) {
    if (Files.exists(directory) && !isEmptyDirectory(directory)) {
      throw MergeException.userInput(
          "'%s' is there already: name a new or an empty directory".formatted(directory));
    }
    Keytool keytool = Keytool.ofThisJava();
    NewDirectory.fill(
        directory,
        staging -> {
          Path passwordFile = staging.resolve(PASSWORD);
          Path store = staging.resolve(CA_STORE);
          String password = Pkcs12.randomPassword();
          Pkcs12.writePassword(password, passwordFile);
          keytool.generate(
              store,
              passwordFile,
              CA_ALIAS,
              "Stockpot CA " + Pkcs12.randomPassword().substring(0, 8),
              days,
              List.of(
                  "-ext",
                  "bc:critical=ca:true,pathlen:0",
                  "-ext",
                  "ku:critical=keyCertSign,cRLSign"));
          Pkcs12.restrict(store);
          Pkcs12.writePem(
              certificate(Pkcs12.read(store, password), CA_ALIAS), staging.resolve(CERTIFICATE));
        });
    return new CertificateAuthority(directory);
  }

  /** The one that {@link #create} made there. */
  static CertificateAuthority open(Path directory) {
    if (Files.notExists(directory.resolve(CA_STORE))) {
      throw MergeException.userInput(
          "there is no CA in '%s': make one first, with: stockpot certs ca '%s'"
              .formatted(directory, directory));
    }
    return new CertificateAuthority(directory);
  }

  /**
   * Issues the certificate of a node.
   *
   * @param name names the node and its directory
   * @param hosts that the node is reached under
   * @return the directory, which holds all that the node needs
   */
  Path issue(String name, List<SubjectName> hosts, int days) {
    if (!NAME.matcher(name).matches()) {
      throw MergeException.userInput(
          "'%s' names no node: use letters, digits, dots, dashes and underscores".formatted(name));
    }
    Path made = directory.resolve(name);
    if (Files.exists(made)) {
      throw MergeException.userInput(
          "'%s' is there already: choose another name, or delete it first".formatted(made));
    }
    Keytool keytool = Keytool.ofThisJava();
    NewDirectory.fill(
        made,
        staging -> {
          String password = Pkcs12.randomPassword();
          KeyStore signed = sign(keytool, name, hosts, days);
          char[] caPassword = Pkcs12.readPassword(directory.resolve(PASSWORD)).toCharArray();
          Key key = Objects.requireNonNull(signed.getKey(NODE_ALIAS, caPassword), "the new key");
          KeyStore node = Pkcs12.empty();
          node.setKeyEntry(
              NODE_ALIAS, key, password.toCharArray(), signed.getCertificateChain(NODE_ALIAS));
          KeyStore trust = Pkcs12.empty();
          Certificate ca = certificate(signed, CA_ALIAS);
          trust.setCertificateEntry(CA_ALIAS, ca);
          Pkcs12.write(node, staging.resolve(NODE_STORE), password);
          Pkcs12.write(trust, staging.resolve(TRUST_STORE), password);
          Pkcs12.writePassword(password, staging.resolve(PASSWORD));
          Pkcs12.writePem(ca, staging.resolve(CERTIFICATE));
        });
    return made;
  }

  /** A copy of the CA's store in memory, with the new key and its certificate. */
  private KeyStore sign(Keytool keytool, String name, List<SubjectName> hosts, int days)
      throws IOException, GeneralSecurityException {
    String subjects = hosts.stream().map(SubjectName::toString).collect(Collectors.joining(","));
    Path passwordFile = directory.resolve(PASSWORD);
    Path scratch = Files.createTempDirectory(directory, ".signing-");
    try {
      Path store = Files.copy(directory.resolve(CA_STORE), scratch.resolve(CA_STORE));
      keytool.generate(
          store,
          passwordFile,
          NODE_ALIAS,
          name,
          days,
          List.of(
              "-signer",
              CA_ALIAS,
              "-ext",
              "san=" + subjects,
              "-ext",
              "eku=serverAuth,clientAuth",
              "-ext",
              "ku:critical=digitalSignature"));
      return Pkcs12.read(store, Pkcs12.readPassword(passwordFile));
    } finally {
      FileTrees.delete(scratch);
    }
  }

  private static Certificate certificate(KeyStore store, String alias)
      throws GeneralSecurityException {
    return Objects.requireNonNull(store.getCertificate(alias), "no certificate '" + alias + "'");
  }

  private static boolean isEmptyDirectory(Path directory) {
    try {
      return Files.isDirectory(directory) && FileTrees.entries(directory).isEmpty();
    } catch (IOException _) {
      return false;
    }
  }
}
