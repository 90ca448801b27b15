package dev.stockpot.coordinator.tenure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.coordinator.postgres.PostgresConnections;
import dev.stockpot.coordinator.postgres.PostgresSchema;
import dev.stockpot.coordinator.postgres.PostgresSettings;
import dev.stockpot.fixtures.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A holder is lost to the world exactly while the server executes one of its statements, so that
 * its session goes on holding what the statement took: whoever is next takes over all the same.
 */
class FrozenHolderTest {

  private static final Duration TERM = Duration.ofSeconds(2);
  private static final Duration POLL = Duration.ofMillis(50);

  /** A standby that has not taken over by then never will. */
  private static final Duration NEVER = Duration.ofSeconds(30);

  /** What the holder is about. */
  enum Place {
    RENEWAL(""),
    COMMIT("act"),
    JOURNAL_WRITE("line"),
    SNAPSHOT(Notebook.SNAPSHOT),
    TAKE_OVER("");

    private final String order;

    Place(String order) {
      this.order = order;
    }

    /** Whether the server executes this there. */
    boolean isOf(String sql) {
      return switch (this) {
        case RENEWAL -> sql.contains("set renewed_at =");
        case COMMIT -> sql.startsWith("select 1 from stockpot_tenure where cluster");
        case JOURNAL_WRITE -> sql.contains("insert into \"event_journal\"");
        case SNAPSHOT -> sql.contains("insert into") && sql.contains("\"snapshot\"");
        case TAKE_OVER -> sql.contains("set epoch = epoch + 1");
      };
    }

    boolean needsJournal() {
      return this == JOURNAL_WRITE || this == SNAPSHOT;
    }
  }

  private static @Nullable PostgresServer server;

  @BeforeAll
  static void startServer() {
    assumeTrue(PostgresServer.missing().isEmpty(), () -> PostgresServer.missing().orElseThrow());
    server = PostgresServer.start();
    PostgresSchema.prepare(new PostgresConnections(settings(server().url(), "prepared")));
  }

  @AfterAll
  static void endServer() {
    if (server != null) {
      server.close();
    }
  }

  private static PostgresServer server() {
    if (server == null) {
      throw new IllegalStateException("no server");
    }
    return server;
  }

  private static PostgresSettings settings(String url, String cluster) {
    return new PostgresSettings(
        url, server().user(), Optional.of(server().passwordFile()), cluster, TERM, POLL, true);
  }

  @ParameterizedTest
  @EnumSource
  void theStandbyTakesOverFromAHolderThatIsFrozen(Place place) throws Exception {
    assertThat(frozen(place)).isLessThan(NEVER);
  }

  @ParameterizedTest
  @EnumSource
  void theStandbyTakesOverFromAHolderThatIsCutOff(Place place) throws Exception {
    assertThat(cutOff(place)).isLessThan(NEVER);
  }

  /** Prints how long take-overs took; three at a time, beside a loop that keeps a core busy. */
  @Test
  @Tag("chaos")
  void fiftyTimesBesideABusyLoopOnOneCore() throws Exception {
    int runs = Integer.getInteger("stockpot.frozen-holder.runs", 50);
    Map<String, List<Duration>> times = new TreeMap<>();
    List<String> missed = new ArrayList<>();
    Process loop =
        new ProcessBuilder("taskset", "-c", "0", "sh", "-c", "while :; do :; done").start();
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      for (int run = 1; run <= runs; run++) {
        Map<String, Future<Duration>> all = new TreeMap<>();
        for (Place place : Place.values()) {
          all.put(place + ", frozen", threads.submit(() -> frozen(place)));
          all.put(place + ", cut off", threads.submit(() -> cutOff(place)));
        }
        for (Map.Entry<String, Future<Duration>> each : all.entrySet()) {
          List<Duration> taken = times.computeIfAbsent(each.getKey(), _ -> new ArrayList<>());
          try {
            taken.add(each.getValue().get(5, TimeUnit.MINUTES));
          } catch (ExecutionException e) {
            missed.add("run %d, %s: %s".formatted(run, each.getKey(), e.getCause()));
          }
        }
        System.out.printf("%d rounds, missed: %s%n", run, missed);
        times.forEach(FrozenHolderTest::print);
      }
    } finally {
      loop.destroyForcibly();
    }
    assertThat(missed).isEmpty();
  }

  private static void print(String place, List<Duration> times) {
    List<Long> sorted = times.stream().map(Duration::toMillis).sorted().toList();
    if (!sorted.isEmpty()) {
      System.out.printf(
          "%-24s %3d runs, ms: min %5d  median %5d  max %5d%n",
          place, sorted.size(), sorted.getFirst(), sorted.get(sorted.size() / 2), sorted.getLast());
    }
  }

  /** How long the standby took; the thawed holder is asserted to have done nothing. */
  private static Duration frozen(Place place) throws Exception {
    return lost(
        place,
        (holder, _) -> signalling(holder::stop),
        (holder, settings) -> {
          long events = events(settings);
          holder.goOn();
          if (place != Place.TAKE_OVER) {
            assertDeposed(place, holder, "another process is the active coordinator");
          }
          assertThat(events(settings)).as("nothing was written").isEqualTo(events);
        });
  }

  private static Duration cutOff(Place place) throws Exception {
    return lost(
        place,
        (_, proxy) -> proxy::cut,
        (holder, _) -> {
          if (place == Place.RENEWAL || place == Place.COMMIT) {
            assertDeposed(place, holder, "the database could not be asked for PT2S");
          }
        });
  }

  private static void assertDeposed(Place place, TenureHolder holder, String why)
      throws InterruptedException {
    List<String> said = new ArrayList<>(List.of(holder.says()));
    if (!place.order.isEmpty()) {
      said.add(holder.says());
      // The line that makes a snapshot has been written before.
      assertThat(said)
          .anyMatch(line ->
              line.startsWith("refused: ")
                  || line.startsWith("not written: ")
                  || line.equals("wrote " + Notebook.SNAPSHOT));
    }
    assertThat(said).contains("lost: " + why);
  }

  private interface Loss {
    Runnable of(TenureHolder holder, SqlProxy proxy);
  }

  private interface Aftermath {
    void check(TenureHolder holder, PostgresSettings settings) throws Exception;
  }

  private static Duration lost(Place place, Loss loss, Aftermath aftermath) throws Exception {
    PostgresSettings direct = settings(server().url(), UUID.randomUUID().toString());
    PostgresTenureOffice standby =
        new PostgresTenureOffice(new PostgresConnections(direct), "http://standby", _ -> {});
    CountDownLatch isLost = new CountDownLatch(1);
    try (standby;
        SqlProxy proxy = SqlProxy.to(direct.url())) {
      Optional<Tenure> before = place == Place.TAKE_OVER ? standby.tryAcquire() : Optional.empty();
      try (TenureHolder holder =
          TenureHolder.of(settings(proxy.url(direct.url()), direct.cluster()))) {
        if (place != Place.TAKE_OVER) {
          assertThat(holder.says()).isEqualTo(TenureHolder.HOLDS + 1);
        }
        if (place.needsJournal()) {
          holder.tell("open");
          assertThat(holder.says()).isEqualTo("wrote first");
        }
        Runnable happens = loss.of(holder, proxy);
        proxy.before(
            place::isOf,
            () -> {
              happens.run();
              isLost.countDown();
            });
        before.ifPresent(Tenure::close);
        if (!place.order.isEmpty()) {
          holder.tell(place.order);
        }
        assertThat(isLost.await(2, TimeUnit.MINUTES)).as("it got there").isTrue();
        long since = System.nanoTime();
        try (Tenure next = takenOver(standby)) {
          Duration taken = Duration.ofNanos(System.nanoTime() - since);
          aftermath.check(holder, direct);
          assertThat(next.<String>whileHeld(() -> "done")).isEqualTo("done");
          return taken;
        }
      }
    }
  }

  private static Tenure takenOver(TenureOffice standby) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    Thread.ofVirtual()
        .start(() -> {
          Callable<Boolean> over =
              () -> new CountDownLatch(1).await(NEVER.toMillis(), TimeUnit.MILLISECONDS);
          try {
            over.call();
          } catch (Exception _) {
            // It is over all the same.
          }
          never.countDown();
        });
    Optional<Tenure> taken = standby.acquire(POLL, never);
    assertThat(taken).as("the standby took over").isPresent();
    return taken.orElseThrow();
  }

  private interface Signal {
    void send() throws IOException, InterruptedException;
  }

  private static Runnable signalling(Signal signal) {
    return () -> {
      try {
        signal.send();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  private static long events(PostgresSettings settings) throws SQLException {
    try (Connection session = new PostgresConnections(settings).open(Duration.ofSeconds(20));
        PreparedStatement count =
            session.prepareStatement(
                "select (select count(*) from event_journal where persistence_id = ?) + (select count(*) from snapshot where persistence_id = ?)")) {
      count.setString(1, settings.cluster());
      count.setString(2, settings.cluster());
      try (ResultSet counted = count.executeQuery()) {
        assertThat(counted.next()).isTrue();
        return counted.getLong(1);
      }
    }
  }
}
