package dev.stockpot.coordinator.http.port;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The section {@code stockpot.coordinator.http} of the configuration, read once; each key is
 * explained in {@code reference.conf}.
 *
 * @param cluster name of the cluster, which a process without one lacks
 * @param url base address for others; made from host and port where it is empty
 * @param tls empty where the API speaks plain HTTP, which it does on the loopback interface only
 * @param chunkBytes of one read of an input, and of one write of a task's bytes
 */
public record HttpSettings(
    String cluster,
    String host,
    int port,
    Optional<String> url,
    Path tokenFile,
    Optional<TlsFiles> tls,
    int maxConnections,
    Duration headTimeout,
    Duration idleTimeout,
    Duration answerTimeout,
    Duration stallTimeout,
    long slowestUpload,
    int chunkBytes,
    Duration heartbeat,
    Duration readerTimeout,
    int linesPerFollower,
    Duration refusalsLoggedEvery) {

  /** Reads the section, and {@code stockpot.tls}, from the whole configuration. */
  public static HttpSettings from(Config root) {
    Config config = root.getConfig("stockpot.coordinator.http");
    String cluster = "stockpot.cluster.name";
    return new HttpSettings(
        root.hasPath(cluster) ? root.getString(cluster) : "",
        config.getString("host"),
        config.getInt("port"),
        Optional.of(config.getString("url")).filter(url -> !url.isEmpty()),
        userPath(config.getString("token-file")),
        TlsFiles.from(root),
        config.getInt("max-connections"),
        config.getDuration("head-timeout"),
        config.getDuration("idle-timeout"),
        config.getDuration("answer-timeout"),
        config.getDuration("stall-timeout"),
        config.getBytes("slowest-upload"),
        Math.toIntExact(config.getBytes("chunk")),
        config.getDuration("heartbeat"),
        config.getDuration("reader-timeout"),
        config.getInt("lines-per-follower"),
        config.getDuration("refusals-logged-every"));
  }

  public static Path userPath(String path) {
    return path.startsWith("~/")
        ? Path.of(System.getProperty("user.home"), path.substring(2))
        : Path.of(path);
  }
}
