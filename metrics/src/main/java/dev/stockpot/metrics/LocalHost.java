package dev.stockpot.metrics;

/**
 * Whether a request was meant for this machine. A page of a stranger can have its own name point to
 * the loopback, and would then read there what the browser's user may; but not under this machine's
 * name.
 */
public final class LocalHost {

  private LocalHost() {}

  /**
   * Whether this is a name of the loopback.
   *
   * @param header of the name {@code Host}, with or without a port
   */
  public static boolean isNamed(String header) {
    String name =
        header.startsWith("[") ? header.replaceFirst("].*$", "]") : header.replaceFirst(":.*$", "");
    return name.equalsIgnoreCase("localhost")
        || name.equals("[::1]")
        || name.matches("127(\\.[0-9]{1,3}){3}");
  }
}
