package dev.stockpot.cli.system;

import com.typesafe.config.ConfigException;
import dev.stockpot.cli.settings.SettingsFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/** Looks at what a node's configuration needs: names, ports, certificates, directories. */
final class NodeChecks {
  private final NodeFile node;
  private final List<Check> checks = new ArrayList<>();

  private NodeChecks(NodeFile node) {
    this.node = node;
  }

  static List<Check> of(Path file) {
    NodeFile node;
    try {
      node = NodeFile.read(file);
    } catch (ConfigException e) {
      return List.of(
          Check.fail(file.toString(), SettingsFile.words(e), "mend it; config/ explains the keys"));
    }
    NodeChecks checks = new NodeChecks(node);
    checks.checks.add(
        Check.ok(file.toString(), node.http().isPresent() ? "of a coordinator" : "of a worker"));
    checks.run();
    return checks.checks;
  }

  private void run() {
    checks.add(host(node.cluster().host(), node.bindHost()));
    port("stockpot.cluster.port", new Endpoint(node.bindHost(), node.cluster().port()));
    node.http().ifPresent(http -> port("stockpot.coordinator.http.port", http));
    Optional<SSLContext> context = tls();
    if (node.http().isEmpty()) {
      seeds(context);
    }
    node.dataDirectory().filter(Files::exists).map(DirectoryChecks::of).ifPresent(checks::addAll);
    node.roots().forEach(root -> checks.add(root(root)));
  }

  /** The name under which others are to reach this node. */
  static Check host(String host, String bindHost) {
    String subject = "host " + host;
    List<InetAddress> addresses = Network.addresses(host);
    if (addresses.isEmpty()) {
      return Check.fail(
          subject,
          "no resolver knows it",
          "set stockpot.cluster.host to a name or an address that all nodes know, or add it to DNS"
              + " or /etc/hosts");
    }
    String found =
        addresses.stream().map(InetAddress::getHostAddress).collect(Collectors.joining(", "));
    if (host.equals(bindHost) && addresses.stream().noneMatch(Network::isOwn)) {
      return Check.fail(
          subject,
          "is " + found + ", which no interface of this machine has",
          "set stockpot.cluster.host to a name of this machine, or stockpot.cluster.bind-host to"
              + " where it listens, for example 0.0.0.0");
    }
    return addresses.stream().allMatch(InetAddress::isLoopbackAddress)
        ? Check.warn(
            subject,
            "is " + found + ": nodes on other machines cannot reach this one",
            "set stockpot.cluster.host, unless all nodes run here")
        : Check.ok(subject, "is " + found);
  }

  private void port(String key, Endpoint at) {
    String subject = "port " + at;
    if (at.port() == 0) {
      checks.add(Check.ok(subject, "any free one"));
      return;
    }
    checks.add(
        Network.whyNotFree(at.host(), at.port())
            .map(why ->
                Check.warn(
                    subject,
                    "cannot be listened at: " + why,
                    "well if this node runs already; else choose another " + key))
            .orElseGet(() -> Check.ok(subject, "free")));
  }

  private Optional<SSLContext> tls() {
    if (node.tls().isPresent()) {
      TlsChecks tls = TlsChecks.of(node.tls().get(), node.cluster().host());
      checks.addAll(tls.checks());
      return tls.context();
    }
    boolean reachable =
        Stream.concat(
                Stream.of(node.bindHost(), node.cluster().host()),
                node.http().map(Endpoint::host).stream())
            .flatMap(host -> Network.addresses(host).stream())
            .anyMatch(address -> !address.isLoopbackAddress());
    checks.add(
        reachable
            ? Check.fail(
                "tls",
                "none, although other machines reach this node",
                "make certificates with 'stockpot certs', and set stockpot.tls")
            : Check.ok("tls", "none, and only this machine reaches this node"));
    return Optional.empty();
  }

  private void seeds(Optional<SSLContext> context) {
    List<Check> each = node.seeds().stream().map(seed -> seed(seed, context)).toList();
    boolean any = each.stream().anyMatch(check -> check.status() == Check.Status.OK);
    for (Check check : each) {
      checks.add(
          any && check.status() == Check.Status.FAIL
              ? Check.warn(check.subject(), check.found(), check.cure())
              : check);
    }
    if (each.isEmpty()) {
      checks.add(
          Check.fail("seeds", "none", "set stockpot.cluster.seeds to the coordinators' addresses"));
    }
  }

  private Check seed(String seed, Optional<SSLContext> context) {
    String subject = "seed " + seed;
    Optional<Endpoint> endpoint = Endpoint.parse(seed);
    if (endpoint.isEmpty()) {
      return Check.fail(subject, "is no host:port", "mend stockpot.cluster.seeds");
    }
    if (Network.addresses(endpoint.get().host()).isEmpty()) {
      return Check.fail(
          subject, "no resolver knows its name", "mend stockpot.cluster.seeds, or DNS");
    }
    try (Socket socket = Network.connect(endpoint.get())) {
      if (context.isEmpty()) {
        return Check.ok(subject, "reached");
      }
      TlsChecks.handshake(context.get(), socket, endpoint.get());
      return Check.ok(subject, "reached, and each trusts the other");
    } catch (SSLException e) {
      return Check.fail(
          subject,
          "no TLS with it: " + TlsChecks.words(e),
          "give both nodes certificates of one CA that name their hosts: 'stockpot certs'");
    } catch (IOException e) {
      return Check.fail(
          subject,
          "cannot be reached: " + e.getMessage(),
          "start the coordinator there, or let the firewall pass its port");
    }
  }

  private static Check root(Path root) {
    String subject = "root " + root;
    if (!Files.isDirectory(root)) {
      return Check.warn(
          subject,
          "is no directory here",
          "mount it, or take it out of the roots: what is below it goes through the coordinator");
    }
    return Files.isReadable(root)
        ? Check.ok(subject, Files.isWritable(root) ? "readable and writable" : "readable only")
        : Check.fail(subject, "cannot be read", "give the user that runs stockpot permission");
  }
}
