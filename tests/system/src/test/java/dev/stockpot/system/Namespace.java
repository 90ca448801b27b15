package dev.stockpot.system;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A network namespace that a pair of virtual interfaces joins to this one, as a cable joins two
 * machines; only root can make it.
 *
 * @param name of it; its interface has the same with a {@code t} at the end, ours with an {@code h}
 * @param here our address
 * @param there its address
 */
record Namespace(String name, String here, String there) implements AutoCloseable {

  /** Skips the calling test where this user cannot make one. */
  static Namespace joined() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    String name = "stockpot%05x".formatted(random.nextInt(1 << 20));
    String net = "10.%d.%d.".formatted(random.nextInt(200, 255), random.nextInt(256));
    Namespace made = new Namespace(name, net + "1", net + "2");
    assumeTrue(
        ip("netns", "add", name),
        "network namespaces need root on Linux, and the command ip of iproute2");
    if (!made.join()) {
      made.close();
      assumeTrue(false, "this system cannot make pairs of virtual network interfaces");
    }
    return made;
  }

  private boolean join() {
    String ours = name + "h";
    String its = name + "t";
    return ip("link", "add", ours, "type", "veth", "peer", "name", its, "netns", name)
        && ip("address", "add", here + "/30", "dev", ours)
        && ip("link", "set", ours, "up")
        && ip("-n", name, "address", "add", there + "/30", "dev", its)
        && ip("-n", name, "link", "set", "lo", "up")
        && ip("-n", name, "link", "set", its, "up");
  }

  /** Nothing passes any more, in either direction, and nobody is told. */
  void cut() {
    set("down");
  }

  void mend() {
    set("up");
  }

  private void set(String state) {
    // The other end, for an interface that is down takes our own address away from us.
    if (!ip("-n", name, "link", "set", name + "t", state)) {
      throw new IllegalStateException(name + ": the link cannot be set " + state);
    }
  }

  /** What starts a command in it. */
  List<String> prefix() {
    return List.of("ip", "netns", "exec", name);
  }

  private static boolean ip(String... arguments) {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.onExit().join().exitValue() == 0;
    } catch (IOException _) {
      return false;
    }
  }

  /** The interfaces go with it. */
  @Override
  public void close() {
    if (!ip("netns", "delete", name)) {
      throw new IllegalStateException(name + ": the namespace cannot be deleted");
    }
  }
}
