package dev.stockpot.hub;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.checkpoint.problem.Printable;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the hub is, who asks, and where what comes is kept: from the variables that huggingface_hub
 * reads, in their order.
 *
 * @param endpoint without a slash at its end; may have a path
 * @param cache the directory of {@code models--org--name}
 * @param offline whether nothing is to be asked
 * @param links whether the cache may hold symbolic links where the file system has them
 * @param authorities a PEM file of the only authorities to trust; empty for the JDK's
 * @param proxies through which hosts are reached
 * @param connections at a time, of one download
 * @param bytesPerSecond of one process at most; {@link Long#MAX_VALUE} for no limit
 */
public record HubSettings(
    URI endpoint,
    Path cache,
    HubToken token,
    boolean offline,
    boolean links,
    Optional<Path> authorities,
    HubProxies proxies,
    int connections,
    long bytesPerSecond) {

  public static final int USUAL_CONNECTIONS = 8;

  private static final String PUBLIC = "https://huggingface.co";
  private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
  private static final Pattern VARIABLE = Pattern.compile("\\$(?:(\\w+)|\\{(\\w+)})");
  private static final int LONGEST_TOKEN = 1 << 16;

  public HubSettings {
    if (connections < 1 || bytesPerSecond < 1) {
      throw new IllegalArgumentException("at least one connection and one byte per second");
    }
  }

  /**
   * Reads the environment and the token's file.
   *
   * @param home the user's
   * @throws HubException if they make no sense
   */
  public static HubSettings from(Map<String, String> environment, Path home) {
    Variables variables = new Variables(environment, home);
    Path hfHome =
        variables
            .path("HF_HOME")
            .orElseGet(() ->
                variables
                    .path("XDG_CACHE_HOME")
                    .orElse(home.resolve(".cache"))
                    .resolve("huggingface"));
    Path cache =
        variables
            .path("HF_HUB_CACHE")
            .or(() -> variables.path("HUGGINGFACE_HUB_CACHE"))
            .orElse(hfHome.resolve("hub"));
    return new HubSettings(
        endpoint(variables.text("HF_ENDPOINT").orElse(PUBLIC)),
        cache,
        token(variables, variables.path("HF_TOKEN_PATH").orElse(hfHome.resolve("token"))),
        variables.isTrue("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"),
        !variables.isTrue("HF_HUB_DISABLE_SYMLINKS"),
        variables
            .path("SSL_CERT_FILE")
            .or(() -> variables.path("REQUESTS_CA_BUNDLE"))
            .or(() -> variables.path("CURL_CA_BUNDLE")),
        HubProxies.from(environment),
        USUAL_CONNECTIONS,
        Long.MAX_VALUE);
  }

  private record Variables(Map<String, String> environment, Path home) {

    Optional<String> text(String name) {
      return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    Optional<Path> path(String name) {
      return text(name)
          .map(this::expanded)
          .map(value ->
              value.equals("~") || value.startsWith("~/")
                  ? home.resolve(value.substring(1).replaceFirst("^/+", ""))
                  : Path.of(value).toAbsolutePath());
    }

    /** With the values of variables that it names; as it is where there is none. */
    private String expanded(String value) {
      return VARIABLE
          .matcher(value)
          .replaceAll(found -> {
            String name = found.group(1) == null ? found.group(2) : found.group(1);
            return Matcher.quoteReplacement(text(name).orElse(found.group()));
          });
    }

    boolean isTrue(String... names) {
      return List.of(names).stream()
          .flatMap(name -> text(name).stream())
          .findFirst()
          .filter(value -> TRUE.contains(value.strip().toUpperCase(Locale.ROOT)))
          .isPresent();
    }
  }

  private static URI endpoint(String text) {
    try {
      URI endpoint = new URI(text.strip().replaceAll("/+$", ""));
      String scheme = String.valueOf(endpoint.getScheme());
      if ((scheme.equals("https") || scheme.equals("http"))
          && endpoint.getHost() != null
          && endpoint.getRawUserInfo() == null
          && endpoint.getRawQuery() == null
          && endpoint.getRawFragment() == null) {
        return endpoint;
      }
    } catch (URISyntaxException _) {
      // Told below.
    }
    throw new HubException(
        HubException.Kind.REFUSED,
        "HF_ENDPOINT is no address of a hub, which is like https://host or https://host/prefix");
  }

  private static HubToken token(Variables variables, Path file) {
    if (variables.isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
      return HubToken.none("HF_HUB_DISABLE_IMPLICIT_TOKEN is set");
    }
    for (String name : List.of("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")) {
      Optional<String> value = variables.text(name);
      if (value.isPresent()) {
        return HubToken.of(value.get(), name);
      }
    }
    try {
      String text = new String(RegularFiles.bytes(file, LONGEST_TOKEN), StandardCharsets.UTF_8);
      return HubToken.of(text, Printable.text(file.toString()));
    } catch (NoSuchFileException _) {
      return HubToken.none(
          "HF_TOKEN is not set, and there is no " + Printable.text(file.toString()));
    } catch (IOException e) {
      return HubToken.none(Printable.text(file.toString()) + ": " + FileErrors.reason(e));
    }
  }

  public HubSettings withToken(HubToken other) {
    return new HubSettings(
        endpoint, cache, other, offline, links, authorities, proxies, connections, bytesPerSecond);
  }

  public HubSettings withCache(Path other) {
    return new HubSettings(
        endpoint, other, token, offline, links, authorities, proxies, connections, bytesPerSecond);
  }

  public HubSettings withConnections(int other) {
    return new HubSettings(
        endpoint, cache, token, offline, links, authorities, proxies, other, bytesPerSecond);
  }

  public HubSettings withBytesPerSecond(long other) {
    return new HubSettings(
        endpoint, cache, token, offline, links, authorities, proxies, connections, other);
  }

  /** A model's page, for people. */
  public String page(String repository) {
    return endpoint + "/" + repository;
  }
}
