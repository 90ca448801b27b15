package dev.stockpot.system;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Somebody without privileges, with a home directory of their own in which there are no settings,
 * and with the usual ports free. Where root runs the tests, that is a user whom the system's list
 * does not have, in a network of its own; else whoever runs them.
 */
final class OrdinaryUser implements AutoCloseable {

  private static final int ID = 65_533;

  private final Path home;
  private final Optional<Namespace> network;

  private OrdinaryUser(Path home, Optional<Namespace> network) {
    this.home = home;
    this.network = network;
  }

  /** Skips the calling test where there can be no such user here. */
  static OrdinaryUser at(Path home) throws IOException {
    Files.createDirectory(home);
    if (!isRoot()) {
      assumeTrue(isFree(7624) && isFree(7625), "the usual ports of a coordinator are taken");
      return new OrdinaryUser(home, Optional.empty());
    }
    OrdinaryUser user = new OrdinaryUser(home, Optional.of(Namespace.joined()));
    user.own(home);
    boolean runs =
        user.start("java -version", home.resolve("java")).onExit().join().exitValue() == 0;
    if (!runs) {
      user.close();
    }
    assumeTrue(runs, "setpriv of util-linux is needed, and a JDK that every user may run");
    return user;
  }

  private static boolean isRoot() throws IOException {
    return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
  }

  private static boolean isFree(int port) {
    try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  Path home() {
    return home;
  }

  /** Gives the user whatever is there. */
  void own(Path path) throws IOException {
    if (network.isEmpty()) {
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.toList()) {
        Files.setAttribute(file, "unix:uid", ID);
        Files.setAttribute(file, "unix:gid", ID);
      }
    }
  }

  /** A line as it is typed in a shell at home. What it says goes to a file. */
  Process start(String line, Path said) {
    List<String> command = new ArrayList<>();
    network.ifPresent(space -> {
      command.addAll(space.prefix());
      String id = Integer.toString(ID);
      command.addAll(
          List.of("setpriv", "--reuid", id, "--regid", id, "--clear-groups", "--no-new-privs"));
    });
    // A JDK is what a user has; settings they have none.
    command.addAll(
        List.of(
            "env",
            "-i",
            "HOME=" + home,
            "PATH=" + Path.of(System.getProperty("java.home"), "bin") + ":/usr/bin:/bin",
            "bash",
            "-c",
            line));
    try {
      return new ProcessBuilder(command)
          .directory(home.toFile())
          .redirectErrorStream(true)
          .redirectOutput(said.toFile())
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends what a line has started. */
  static void end(Process process) throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
  }

  @Override
  public void close() {
    network.ifPresent(Namespace::close);
  }
}
