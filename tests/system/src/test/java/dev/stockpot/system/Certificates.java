package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.system.StockpotProcess.Ended;
import java.nio.file.Path;

/**
 * A CA of a test's own, made by {@code stockpot certs}.
 *
 * @param directory that the command made
 */
record Certificates(Path directory) {

  static Certificates in(Path directory) throws InterruptedException {
    run(directory, "certs", "ca", directory.toString());
    return new Certificates(directory);
  }

  /** Makes a node's certificate for an address. */
  void issue(String node, String host) throws InterruptedException {
    run(directory, "certs", "node", directory.toString(), node, "--host", host);
  }

  private static void run(Path directory, String... arguments) throws InterruptedException {
    Ended ended = StockpotProcess.run(directory.resolveSibling("."), arguments);
    assertThat(ended.status()).as(ended.err()).isZero();
  }

  /** The CA's own certificate, in PEM. */
  Path ca() {
    return directory.resolve("ca.pem");
  }

  /** The directory of a node's key and trust. */
  Path of(String node) {
    return directory.resolve(node);
  }

  /** What a node has in its settings. */
  String settings(String node) {
    return """
    stockpot.tls { key-store = "%1$s/node.p12", trust-store = "%1$s/trust.p12", password-file = "%1$s/password" }
    """
        .formatted(of(node));
  }
}
