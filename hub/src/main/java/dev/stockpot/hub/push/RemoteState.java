package dev.stockpot.hub.push;

import java.util.Map;
import java.util.Optional;

/**
 * A branch of a repository as it is.
 *
 * @param commit its last one; empty where there is none yet
 * @param isPrivate whether only those see it who are let in
 * @param digests by path: of a large file the SHA-256 of its bytes, of others their SHA-1 as a Git
 *     blob
 */
record RemoteState(Optional<String> commit, boolean isPrivate, Map<String, String> digests) {

  RemoteState {
    digests = Map.copyOf(digests);
  }
}
