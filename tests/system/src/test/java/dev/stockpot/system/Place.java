package dev.stockpot.system;

import java.util.List;

/**
 * Where a node of a test's cluster runs.
 *
 * @param host its address
 * @param prefix the command that starts its process there; empty for this very place
 * @param settings that a node has because it is there, in HOCON
 */
record Place(String host, List<String> prefix, String settings) {

  static final Place LOOPBACK = new Place("127.0.0.1", List.of(), "");

  Place {
    prefix = List.copyOf(prefix);
  }
}
