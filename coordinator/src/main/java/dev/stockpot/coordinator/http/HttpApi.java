package dev.stockpot.coordinator.http;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.sslconfig.ssl.SSLConfigSettings;
import dev.stockpot.coordinator.figures.HttpFigures;
import dev.stockpot.coordinator.http.Duty.Standby;
import dev.stockpot.coordinator.http.access.RefusalLog;
import dev.stockpot.coordinator.http.access.Sessions;
import dev.stockpot.coordinator.http.access.Tokens;
import dev.stockpot.coordinator.http.port.ConnectionEnd;
import dev.stockpot.coordinator.http.port.HttpSettings;
import dev.stockpot.coordinator.http.port.Listener;
import dev.stockpot.coordinator.http.port.OpenConnections;
import dev.stockpot.coordinator.http.reply.IllegalRequestReply;
import dev.stockpot.merge.MergeException;
import dev.stockpot.metrics.Metrics;
import dev.stockpot.metrics.MetricsSetup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Tcp;
import scala.concurrent.ExecutionContextExecutor;

/**
 * The HTTP server of one coordinator process. It is bound for as long as the process runs, and
 * answers according to the {@link Duty} of the moment. Safe for any thread.
 */
public final class HttpApi {

  /** Runs what blocks, and nothing else of the coordinator's, which must not wait for disks. */
  public static final DispatcherSelector DATA_DISPATCHER =
      DispatcherSelector.fromConfig("stockpot.data-dispatcher");

  /** One class of each library whose default settings a server needs. */
  public static final List<Class<?>> LIBRARIES =
      List.of(Materializer.class, Http.class, SSLConfigSettings.class);

  /** How long a token may still be let in that was removed. */
  private static final Duration TOKENS_READ = Duration.ofSeconds(2);

  private final AtomicReference<Duty> duty;
  private final Tcp.ServerBinding binding;
  private final Listener listener;
  private final OpenConnections connections;
  private final String url;

  private HttpApi(
      AtomicReference<Duty> duty,
      Tcp.ServerBinding binding,
      Listener listener,
      OpenConnections connections,
      String url) {
    this.duty = duty;
    this.binding = binding;
    this.listener = listener;
    this.connections = connections;
    this.url = url;
  }

  /**
   * Binds the server, on standby. Reads the key store, so it blocks for a moment.
   *
   * @return fails with a {@link MergeException} of kind ENVIRONMENT if the address cannot be bound
   * @throws MergeException of kind ENVIRONMENT if the address is open to others and TLS is not
   *     configured, or what is configured cannot be used
   */
  public static CompletionStage<HttpApi> start(
      ActorSystem<?> system, HttpSettings settings, Tokens tokens) {
    InetAddress address = address(settings);
    if (settings.tls().isEmpty() && !address.isLoopbackAddress()) {
      throw MergeException.environment(
          "stockpot.coordinator.http.host is %s, which others can reach, and there is no TLS: the token would cross the network for all to read; configure stockpot.tls, or use 127.0.0.1"
              .formatted(settings.host()),
          null);
    }
    if (address.isAnyLocalAddress() && settings.url().isEmpty()) {
      throw MergeException.environment(
          "stockpot.coordinator.http.host is %s, which tells workers no address: set stockpot.coordinator.http.url to the one that they reach"
              .formatted(settings.host()),
          null);
    }
    AtomicReference<Duty> duty = new AtomicReference<>(new Standby(Optional.empty()));
    AtomicReference<String> url = new AtomicReference<>("");
    OpenConnections connections = new OpenConnections();
    ExecutionContextExecutor blocking = system.dispatchers().lookup(DATA_DISPATCHER);
    Sessions sessions = new Sessions(tokens, InstantSource.system());
    Callers callers = new Callers(tokens, sessions);
    Optional<Metrics> metrics = MetricsSetup.of(system);
    List<Route> routes = routes(system, settings, sessions, blocking);
    Router router =
        new Router(
            routes,
            new PageRoutes(),
            new Monitoring(metrics, duty::get, callers, address.isLoopbackAddress()),
            callers,
            settings.cluster(),
            duty::get,
            url::get,
            new RefusalLog("a request", settings.refusalsLoggedEvery(), System::nanoTime),
            new Bodies(system, settings));
    RequestMeter meter = new RequestMeter(metrics.map(HttpFigures::of), routes, router::answer);
    Cancellable _ =
        system
            .scheduler()
            .scheduleWithFixedDelay(TOKENS_READ, TOKENS_READ, tokens::refresh, blocking);
    Listener listener =
        new Listener(
            Adapter.toClassic(system),
            settings,
            serverSettings(system.settings().config(), settings));
    return listener
        .bind(cut -> connection(settings, meter, connections, cut))
        .handle((binding, problem) -> {
          if (problem != null) {
            throw notBound(settings, problem);
          }
          url.set(settings.url().orElseGet(() -> url(settings, binding.localAddress())));
          return new HttpApi(duty, binding, listener, connections, url.get());
        });
  }

  static List<Route> routes(
      ActorSystem<?> system, HttpSettings settings, Sessions sessions, Executor blocking) {
    return Stream.of(
            new SessionRoutes(system, settings, sessions).routes(),
            new JobRoutes(system, settings).routes(),
            new WorkerRoutes(system, settings).routes(),
            new ViewRoutes(system, settings).routes(),
            new InfoRoutes().routes(),
            new DataRoutes(system, blocking, settings).routes())
        .flatMap(List::stream)
        .toList();
  }

  /** One connection: one request after the other. */
  private static Flow<HttpRequest, HttpResponse, NotUsed> connection(
      HttpSettings settings,
      RequestMeter meter,
      OpenConnections connections,
      ConnectionEnd.Cut cut) {
    return BidiFlow.fromGraph(
            new ConnectionEnd(connections, cut, settings.headTimeout(), settings.idleTimeout()))
        .join(Flow.of(HttpRequest.class).mapAsync(1, meter::answer));
  }

  private static ServerSettings serverSettings(Config system, HttpSettings settings) {
    Map<String, Object> ours =
        Map.of(
            "server-header",
            "",
            "idle-timeout",
            millis(settings.stallTimeout()),
            // Ours are answered in JSON; this one is the last resort.
            "request-timeout",
            millis(settings.answerTimeout().multipliedBy(2)),
            "linger-timeout",
            millis(settings.headTimeout()),
            "max-connections",
            settings.maxConnections(),
            "remote-address-attribute",
            true,
            "raw-request-uri-header",
            true,
            "parsing.error-handler",
            IllegalRequestReply.class.getName(),
            "parsing.max-content-length",
            Bodies.LIMIT,
            "parsing.illegal-header-warnings",
            false);
    return ServerSettings.create(
        ConfigFactory.parseMap(ours).atPath("pekko.http.server").withFallback(system));
  }

  private static String millis(Duration duration) {
    return duration.toMillis() + " ms";
  }

  private static InetAddress address(HttpSettings settings) {
    try {
      return InetAddress.getByName(settings.host());
    } catch (UnknownHostException e) {
      throw MergeException.environment(
          "stockpot.coordinator.http.host: there is no host '" + settings.host() + "'", e);
    }
  }

  private static MergeException notBound(HttpSettings settings, Throwable problem) {
    Throwable cause =
        problem instanceof CompletionException && problem.getCause() != null
            ? problem.getCause()
            : problem;
    return MergeException.environment(
        "%s:%d cannot be bound: %s; choose another stockpot.coordinator.http.port"
            .formatted(settings.host(), settings.port(), cause.getMessage()),
        cause);
  }

  private static String url(HttpSettings settings, InetSocketAddress bound) {
    String host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
    return "%s://%s:%d"
        .formatted(settings.tls().isPresent() ? "https" : "http", host, bound.getPort());
  }

  /** Base address of this server. */
  public String url() {
    return url;
  }

  /** From now on requests are answered so. Followers of jobs hear the end of their stream. */
  public void take(Duty duty) {
    this.duty.set(duty);
  }

  /** Takes no new connections, lets requests under way end for so long, and closes. */
  public CompletionStage<Done> close(Duration within) {
    return binding
        .unbind()
        .thenCompose(_ ->
            connections
                .close()
                .toCompletableFuture()
                .copy()
                .orTimeout(within.toMillis(), TimeUnit.MILLISECONDS))
        .handle((_, _) -> {
          listener.cutAll();
          return Done.getInstance();
        });
  }
}
