package dev.stockpot.hub.client;

import dev.stockpot.hub.HubFile;
import dev.stockpot.hub.HubSettings;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Where files' bytes are: the hub's own address of each, and where that last led. The second is
 * kept, so that not every range asks the hub, and forgotten when it fails or has grown old: such
 * addresses are signed for a time.
 */
final class Locations {

  private static final long KEPT_NANOS = Duration.ofMinutes(10).toNanos();

  private record Kept(URI address, String etag, long nanos, boolean isUsable) {}

  private final HubSettings settings;
  private final Map<HubFile, Kept> kept = new ConcurrentHashMap<>();
  private final Map<String, String> renamed = new ConcurrentHashMap<>();

  Locations(HubSettings settings) {
    this.settings = settings;
  }

  /** A repository's name of today, where it is known that it changed. */
  void renamed(String before, String today) {
    renamed.put(before, today);
  }

  String today(String repository) {
    return renamed.getOrDefault(repository, repository);
  }

  /** The hub's own address of a file. */
  URI own(HubFile file) {
    return URI.create(
        settings.endpoint()
            + "/"
            + today(file.repository())
            + "/resolve/"
            + encoded(file.commit())
            + "/"
            + Arrays.stream(file.path().split("/", -1))
                .map(Locations::encoded)
                .collect(Collectors.joining("/")));
  }

  /** Where its bytes were found last; empty if the hub must be asked. */
  Optional<URI> last(HubFile file) {
    Kept last = kept.get(file);
    return last == null || !last.isUsable() || System.nanoTime() - last.nanos() > KEPT_NANOS
        ? Optional.empty()
        : Optional.of(last.address());
  }

  /**
   * Keeps where its bytes were found.
   *
   * @param etag that the server there gave, bare; empty if it gave none
   * @return whether nothing contradicts what was found there before
   */
  boolean found(HubFile file, URI address, String etag) {
    Kept before = kept.get(file);
    String last = before != null && isSamePlace(before.address(), address) ? before.etag() : "";
    if (!last.isEmpty() && !etag.isEmpty() && !last.equals(etag)) {
      return false;
    }
    String known = etag.isEmpty() ? last : etag;
    kept.put(file, new Kept(address, known, System.nanoTime(), true));
    return true;
  }

  /** Whether they differ in their query alone, where signatures are. */
  private static boolean isSamePlace(URI one, URI other) {
    return String.valueOf(one.getRawAuthority()).equals(other.getRawAuthority())
        && String.valueOf(one.getRawPath()).equals(other.getRawPath());
  }

  /** The hub is asked next time. */
  void forget(HubFile file) {
    kept.computeIfPresent(
        file, (_, last) -> new Kept(last.address(), last.etag(), last.nanos(), false));
  }

  /** One part of a path in an address. */
  static String encoded(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
