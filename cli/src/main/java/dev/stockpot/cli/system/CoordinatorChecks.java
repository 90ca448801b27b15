package dev.stockpot.cli.system;

import dev.stockpot.cli.client.api.Token;
import dev.stockpot.merge.verification.StockpotVersion;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/** Asks a coordinator's HTTP API how it is, and what time it is there. */
final class CoordinatorChecks {
  private static final Duration PATIENCE = Duration.ofSeconds(Network.SECONDS);

  /** The header tells whole seconds, and the answer took a moment. */
  private static final Duration CLOCKS_MAY_DIFFER = Duration.ofSeconds(3);

  /** Far less than what decides whether a certificate or a file is new enough. */
  private static final Duration CLOCKS_MUST_NOT_DIFFER = Duration.ofMinutes(5);

  private final String url;
  private final String subject;
  private final Optional<String> cluster;
  private final Optional<Token> token;
  private final List<Check> checks = new ArrayList<>();

  private CoordinatorChecks(String url, Optional<String> cluster, Optional<Token> token) {
    this.url = url;
    this.cluster = cluster;
    this.token = token;
    subject = "coordinator " + url;
  }

  /**
   * Of one address.
   *
   * @param ca certificates in PEM of whom to trust; empty for those that Java trusts
   * @param cluster name that it must have; empty if it may have any
   * @param token that it must accept
   */
  static List<Check> of(
      String url, Optional<Path> ca, Optional<String> cluster, Optional<Token> token) {
    CoordinatorChecks checks = new CoordinatorChecks(url, cluster, token);
    checks.run(ca);
    return checks.checks;
  }

  private void run(Optional<Path> ca) {
    URI address;
    try {
      address = URI.create(url.replaceAll("/+$", "") + "/v1/health");
    } catch (IllegalArgumentException _) {
      address = URI.create("");
    }
    if (address.getHost() == null || !List.of("http", "https").contains(address.getScheme())) {
      fail("is no address of a coordinator", "one looks like https://host:7625");
      return;
    }
    if (Network.addresses(address.getHost().replaceAll("[\\[\\]]", "")).isEmpty()) {
      fail("no resolver knows its host", "mend the address, or DNS, or /etc/hosts");
      return;
    }
    try (HttpClient client = client(ca)) {
      Instant before = Instant.now();
      HttpResponse<InputStream> response =
          client.send(
              HttpRequest.newBuilder(address).timeout(PATIENCE).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      Instant after = Instant.now();
      try (InputStream body = response.body()) {
        health(response.statusCode(), body.readNBytes(PeerHealth.LARGEST));
      }
      token(client, address);
      response
          .headers()
          .firstValue("Date")
          .ifPresent(date ->
              checks.add(clock(date, before.plus(Duration.between(before, after).dividedBy(2)))));
    } catch (SSLException e) {
      fail(
          "no TLS with it: " + TlsChecks.words(e),
          "name the CA's certificate with --ca, and the host as the certificate does");
    } catch (ConnectException _) {
      fail("nothing answers there", "start the coordinator, or let the firewall pass its port");
    } catch (HttpTimeoutException _) {
      fail("does not answer", "look at its log, and at firewalls on the way");
    } catch (GeneralSecurityException e) {
      fail("--ca holds no certificates: " + e.getMessage(), "name the CA's certificate, in PEM");
    } catch (IOException e) {
      fail(
          "cannot be asked: " + e.getMessage(),
          "mend the address, or look at the coordinator's log");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static HttpClient client(Optional<Path> ca) throws IOException, GeneralSecurityException {
    HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(PATIENCE);
    if (ca.isPresent()) {
      builder.sslContext(trusting(ca.get()));
    }
    return builder.build();
  }

  private static SSLContext trusting(Path pem) throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (InputStream in = Files.newInputStream(pem)) {
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        trusted.setCertificateEntry("ca-" + trusted.size(), each);
      }
    }
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  private void health(int status, byte[] body) {
    Optional<PeerHealth> health = PeerHealth.parse(body);
    if (health.isEmpty()) {
      fail("answers, but is no coordinator (status " + status + ")", "mend the address");
      return;
    }
    String state = health.get().status();
    String version = health.get().version();
    String own = StockpotVersion.current();
    checks.add(
        version.equals(own)
            ? Check.ok(subject, state + ", version " + version)
            : Check.warn(
                subject,
                state + ", version " + version + ", and here it is " + own,
                "run one version in a cluster"));
    if (cluster.filter(name -> !health.get().isOf(name)).isPresent()) {
      fail(
          "is of the cluster '%s', and this node of '%s'"
              .formatted(health.get().cluster(), cluster.get()),
          "set stockpot.cluster.name to '%s'".formatted(health.get().cluster()));
    }
  }

  /** Whether it lets a client with this token in. A standby lets nobody in, and does not tell. */
  private void token(HttpClient client, URI health) throws IOException, InterruptedException {
    if (token.flatMap(Token::value).isEmpty()) {
      return;
    }
    HttpRequest request =
        HttpRequest.newBuilder(health.resolve("workers"))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + token.get().value().get())
            .build();
    int status = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    if (status == 200) {
      checks.add(Check.ok(subject, "the token from " + token.get().origin() + " is accepted"));
    } else if (status == 401) {
      fail(token.get().words(), "copy it from the file that the coordinator names at its start");
    }
  }

  static Check clock(String date, Instant here) {
    Instant there;
    try {
      there = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeException _) {
      return Check.warn(
          "clock", "the coordinator sends no date: '" + date + "'", "compare by hand");
    }
    Duration off = Duration.between(there, here).abs();
    String found =
        off.compareTo(CLOCKS_MAY_DIFFER) <= 0
            ? "as the coordinator's"
            : off.toSeconds()
                + " s "
                + (here.isAfter(there) ? "ahead of" : "behind")
                + " the coordinator's";
    String cure = "let both machines take their time from the network (chrony, ntpd)";
    if (off.compareTo(CLOCKS_MUST_NOT_DIFFER) > 0) {
      return Check.fail("clock", found, cure);
    }
    return off.compareTo(CLOCKS_MAY_DIFFER) > 0
        ? Check.warn("clock", found, cure)
        : Check.ok("clock", found);
  }

  private void fail(String found, String cure) {
    checks.add(Check.fail(subject, found, cure));
  }
}
