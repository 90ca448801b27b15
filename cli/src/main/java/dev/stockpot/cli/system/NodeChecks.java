package dev.stockpot.cli.system;

import com.typesafe.config.ConfigException;
import dev.stockpot.cli.settings.SettingsFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/** Looks at what a node's configuration needs: names, ports, certificates, directories. */
final class NodeChecks {
  private static final int HTTP_PORT = 7625;
  private static final String UNREACHED = "cannot be reached: ";

  private final NodeFile node;
  private final List<Check> checks = new ArrayList<>();
  private Optional<SSLContext> trust = Optional.empty();

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
    trust = tls();
    port("stockpot.cluster.port", new Endpoint(node.bindHost(), node.cluster().port()));
    node.http().ifPresent(http -> port("stockpot.coordinator.http.port", http));
    if (node.http().isEmpty()) {
      seeds(trust);
    }
    node.dataDirectory()
        .ifPresent(data ->
            checks.addAll(
                Files.exists(data)
                    ? DirectoryChecks.of(data)
                    : List.of(toBeMade("data-dir", data))));
    node.token().ifPresent(token -> checks.add(token(token)));
    node.roots().forEach(root -> checks.add(root(root)));
    if (node.roots().isEmpty()) {
      checks.add(
          Check.fail("roots", "none", "set roots: the directories whose files this node may open"));
    }
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
                runsAlready()
                    ? Check.warn(
                        subject,
                        "cannot be listened at: " + why,
                        "well if this node runs already, as a coordinator does here; else choose"
                            + " another "
                            + key)
                    : Check.fail(subject, "cannot be listened at: " + why, "choose another " + key))
            .orElseGet(() -> Check.ok(subject, "free")));
  }

  /** A worker's port is its own affair: whether it runs cannot be asked. */
  private boolean runsAlready() {
    return node.http().isEmpty() || node.http().flatMap(this::health).isPresent();
  }

  private Optional<PeerHealth> health(Endpoint at) {
    return PeerHealth.at(at.host(), at.port(), trust);
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
            : Check.ok(
                "tls", "only this machine reaches this node; nodes of one user know each other"));
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
    Check reached = reach(subject, endpoint.get(), context);
    return reached.found().startsWith(UNREACHED)
        ? reached
        : wrongPeer(subject, endpoint.get()).orElse(reached);
  }

  private static Check reach(String subject, Endpoint endpoint, Optional<SSLContext> context) {
    try (Socket socket = Network.connect(endpoint)) {
      if (context.isEmpty()) {
        return Check.ok(subject, "reached");
      }
      TlsChecks.handshake(context.get(), socket, endpoint);
      return Check.ok(subject, "reached, and each trusts the other");
    } catch (SSLException e) {
      return Check.fail(
          subject,
          "no TLS with it: " + TlsChecks.words(e),
          "give both nodes certificates of one CA that name their hosts: 'stockpot certs'");
    } catch (IOException e) {
      return Check.fail(
          subject,
          UNREACHED + e.getMessage(),
          "start the coordinator there, or let the firewall pass its port");
    }
  }

  /** What is there is no node's port, or a node's of another cluster. */
  private Optional<Check> wrongPeer(String subject, Endpoint seed) {
    if (seed.port() != HTTP_PORT) {
      Optional<PeerHealth> beside = health(new Endpoint(seed.host(), HTTP_PORT));
      if (beside.filter(peer -> !peer.isOf(node.name())).isPresent()) {
        String theirs = beside.get().cluster();
        return Optional.of(
            Check.fail(
                subject,
                "is of the cluster '%s', and this node of '%s'".formatted(theirs, node.name()),
                "set stockpot.cluster.name to '%s', or name another seed".formatted(theirs)));
      }
    }
    return health(seed)
        .map(_ ->
            Check.fail(
                subject,
                "is the HTTP port of a coordinator",
                "name its cluster port, stockpot.cluster.port there: by default 7624"));
  }

  /** What the node makes at its first start. */
  private static Check toBeMade(String what, Path path) {
    String subject = what + " " + path;
    Path there = path.toAbsolutePath().normalize();
    while (Files.notExists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    return Files.isDirectory(there) && Files.isWritable(there) && Files.isExecutable(there)
        ? Check.ok(subject, "will be made")
        : Check.fail(
            subject,
            "cannot be made: '" + there + "' cannot be written",
            "name another, or give the user that runs stockpot permission");
  }

  private static Check token(Path token) {
    String subject = "token " + token;
    if (Files.notExists(token)) {
      return toBeMade("token", token);
    }
    try {
      if (Files.getPosixFilePermissions(token).contains(PosixFilePermission.OTHERS_READ)) {
        return Check.fail(subject, "everybody here can read it", "chmod 600 it");
      }
    } catch (IOException e) {
      return Check.fail(subject, "cannot be looked at: " + e.getMessage(), "mend its directory");
    }
    return Files.isReadable(token)
        ? Check.ok(subject, "readable, and kept from others")
        : Check.fail(subject, "cannot be read", "give the user that runs stockpot permission");
  }

  private Check root(Path root) {
    String subject = "root " + root;
    if (!Files.isDirectory(root) && node.http().isPresent()) {
      return Check.fail(subject, "is no directory here", "mount it, or take it out of the roots");
    }
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
