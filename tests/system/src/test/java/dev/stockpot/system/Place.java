package dev.stockpot.system;

import java.util.List;

/**
 * Where a node of a test's cluster runs.
 *
 * @param host its address
 * @param prefix the command that starts its process there; empty for this very place
 * @param settings that a node has because it is there, in HOCON
 */
public record Place(String host, List<String> prefix, String settings) {

  public static final Place LOOPBACK = new Place("127.0.0.1", List.of(), "");

  public Place {
    prefix = List.copyOf(prefix);
  }
}
