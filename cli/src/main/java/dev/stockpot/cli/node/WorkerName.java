package dev.stockpot.cli.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import dev.stockpot.coordinator.files.DirectoryLock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a worker's process is called: its setting, else its host. A process holds its name by a
 * lock, so that a second one of the same host and user is {@code NAME-2}, and each has the same
 * name again after a restart.
 */
final class WorkerName implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(WorkerName.class);

  private static final String KEY = "stockpot.worker.name";
  private static final String PATTERN = "[A-Za-z0-9][A-Za-z0-9._-]{0,62}";
  private static final int MOST = 1_000;

  private final String text;
  private final Optional<DirectoryLock> lock;

  private WorkerName(String text, Optional<DirectoryLock> lock) {
    this.text = text;
    this.lock = lock;
  }

  /**
   * Takes the first name that is free.
   *
   * @param directory where this user's workers hold their names; made where it is missing
   * @throws ConfigException with file and line, if the setting is no name
   */
  static WorkerName take(Config root, NodeSettings node, Path directory) {
    String wanted = root.getString(KEY);
    if (!wanted.isEmpty() && !wanted.matches(PATTERN)) {
      throw new ConfigException.BadValue(
          root.getValue(KEY).origin(),
          KEY,
          "'%s' is no name: letters, digits, '.', '_' and '-', at most 63".formatted(wanted));
    }
    String name = wanted.isEmpty() ? host(node) : wanted;
    try {
      for (int number = 1; number <= MOST; number++) {
        String candidate = number == 1 ? name : name + "-" + number;
        Optional<DirectoryLock> lock = lock(directory.resolve(candidate));
        if (lock.isPresent()) {
          return new WorkerName(candidate, lock);
        }
      }
    } catch (IOException e) {
      LOG.info(
          "{} cannot be written ({}), so another worker of this host may have the name {}, too",
          directory,
          e.toString(),
          name);
    }
    return new WorkerName(name, Optional.empty());
  }

  private static Optional<DirectoryLock> lock(Path directory) throws IOException {
    Files.createDirectories(directory);
    try {
      return DirectoryLock.acquire(directory);
    } catch (DirectoryLock.HeldException _) {
      return Optional.empty();
    }
  }

  /** The address that others know it by, if there is one; else what this machine calls itself. */
  private static String host(NodeSettings node) {
    String address = node.address().host();
    if (!node.address().isLoopback()) {
      return segment(address);
    }
    try {
      return segment(InetAddress.getLocalHost().getHostName());
    } catch (UnknownHostException _) {
      return segment(address);
    }
  }

  /** Of a worker's name, and of an address of the HTTP API. */
  private static String segment(String host) {
    return host.replaceAll("[^A-Za-z0-9._-]", "-");
  }

  String text() {
    return text;
  }

  @Override
  public void close() {
    lock.ifPresent(DirectoryLock::close);
  }
}
