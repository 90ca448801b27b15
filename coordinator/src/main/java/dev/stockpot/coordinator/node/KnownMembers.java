package dev.stockpot.coordinator.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.AddressFromURIString;

/**
 * A file that remembers where members of the cluster were last. A coordinator that was killed joins
 * through them: its old cluster lives on without it, and a new one of its own would have no workers
 * until they had given up the old.
 *
 * @param file of one address a line
 */
public record KnownMembers(Path file) {

  /** Any one of them lets a node in; more are for those that are gone by then. */
  private static final int MAX = 50;

  /** The members as written last; none where the file is missing or damaged. */
  List<Address> read() {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.limit(MAX).flatMap(line -> address(line).stream()).toList();
    } catch (IOException | UncheckedIOException _) {
      return List.of();
    }
  }

  private static Optional<Address> address(String line) {
    try {
      return Optional.of(AddressFromURIString.parse(line)).filter(Address::hasGlobalScope);
    } catch (RuntimeException _) { // MalformedURLException, thrown unchecked by Scala
      return Optional.empty();
    }
  }

  void write(Stream<Address> members) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Path next = file.resolveSibling(file.getFileName() + ".new");
    Files.write(next, members.limit(MAX).map(Address::toString).toList());
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
