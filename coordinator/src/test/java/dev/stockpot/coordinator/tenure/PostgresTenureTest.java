package dev.stockpot.coordinator.tenure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.stockpot.coordinator.postgres.PostgresConnections;
import dev.stockpot.coordinator.postgres.PostgresSchema;
import dev.stockpot.coordinator.postgres.PostgresSettings;
import dev.stockpot.fixtures.PostgresServer;
import dev.stockpot.merge.MergeException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.slf4j.LoggerFactory;

/** The tenure of a cluster, among processes that are killed, stopped and continued. */
class PostgresTenureTest {

  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final CountDownLatch NEVER = new CountDownLatch(1);

  private static @Nullable PostgresServer server;

  private final BlockingQueue<String> lost = new LinkedBlockingQueue<>();

  @BeforeAll
  static void startServer() {
    assumeTrue(PostgresServer.missing().isEmpty(), () -> PostgresServer.missing().orElseThrow());
    server = PostgresServer.start();
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

  /** Every test has a tenure of its own. */
  private static PostgresSettings settings(TestInfo test, Duration term) {
    PostgresSettings settings =
        new PostgresSettings(
            server().url(),
            server().user(),
            Optional.of(server().passwordFile()),
            test.getDisplayName(),
            term,
            Duration.ofMillis(100),
            true);
    PostgresSchema.prepare(new PostgresConnections(settings));
    return settings;
  }

  private PostgresTenureOffice office(PostgresSettings settings) {
    return new PostgresTenureOffice(new PostgresConnections(settings), "http://me", lost::add);
  }

  private static Tenure await(TenureOffice office) throws InterruptedException {
    return office.acquire(Duration.ofMillis(50), NEVER).orElseThrow();
  }

  @Test
  void onlyOneHoldsItAndTheNextHasItAtOnceWhenItIsGivenBack(TestInfo test) {
    PostgresSettings settings = settings(test, LONG);
    try (TenureOffice first = office(settings);
        TenureOffice standby = office(settings)) {
      Tenure tenure = first.tryAcquire().orElseThrow();
      assertThat(tenure.epoch()).isEqualTo(1);
      assertThat(tenure.<String>whileHeld(() -> "done")).isEqualTo("done");
      assertThat(standby.tryAcquire()).isEmpty();
      assertThat(standby.holder()).contains(new TenureOffice.Holder("http://me", 1));
      tenure.close();
      try (Tenure next = standby.tryAcquire().orElseThrow()) {
        assertThat(next.epoch()).isEqualTo(2);
        assertThatExceptionOfType(MergeException.class)
            .isThrownBy(() -> tenure.whileHeld(() -> "done"))
            .withMessageContaining("not the active coordinator any more");
      }
    }
    assertThat(lost).isEmpty();
  }

  @Test
  void aKilledHolderIsNoticedLongBeforeItsTermIsOver(TestInfo test)
      throws IOException, InterruptedException {
    PostgresSettings settings = settings(test, LONG);
    try (TenureOffice standby = office(settings)) {
      long killed;
      try (TenureHolder holder = TenureHolder.of(settings)) {
        assertThat(holder.says()).isEqualTo("holds 1");
        assertThat(standby.tryAcquire()).isEmpty();
        killed = System.nanoTime();
      }
      try (Tenure next = await(standby)) {
        assertThat(next.epoch()).isEqualTo(2);
        assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(20));
      }
    }
  }

  @Test
  void aHolderStoppedPastItsTermDoesNothingWhenItGoesOn(TestInfo test)
      throws IOException, InterruptedException {
    PostgresSettings settings = settings(test, SHORT);
    try (TenureOffice standby = office(settings);
        TenureHolder holder = TenureHolder.of(settings)) {
      assertThat(holder.says()).isEqualTo("holds 1");
      holder.stop();
      try (Tenure next = await(standby)) {
        assertThat(next.epoch()).isEqualTo(2);
        holder.tell("act");
        holder.goOn();
        List<String> said = List.of(holder.says(), holder.says());
        assertThat(said)
            .anySatisfy(line -> assertThat(line).startsWith("refused: this process is not"))
            .anySatisfy(line ->
                assertThat(line).isEqualTo("lost: another process is the active coordinator"));
        assertThat(next.<String>whileHeld(() -> "done")).isEqualTo("done");
      }
    }
  }

  @Test
  void nobodyTakesOverWhileTheHolderActsHoweverLongThatTakes(TestInfo test)
      throws IOException, InterruptedException {
    PostgresSettings settings = settings(test, SHORT);
    try (TenureOffice standby = office(settings);
        TenureHolder holder = TenureHolder.of(settings)) {
      assertThat(holder.says()).isEqualTo("holds 1");
      holder.tell("act");
      assertThat(holder.says()).isEqualTo("acts");
      assertThat(standby.acquire(Duration.ofMillis(50), pastTheTerm())).isEmpty();
      holder.tell("now");
      assertThat(holder.says()).isEqualTo("acted until now");
      assertThat(standby.tryAcquire()).isEmpty();
    }
  }

  @Test
  void aHolderThatIsStoppedWhileItActsKeepsNobodyFromTakingOver(TestInfo test)
      throws IOException, InterruptedException {
    PostgresSettings settings = settings(test, SHORT);
    try (TenureOffice standby = office(settings);
        TenureHolder holder = TenureHolder.of(settings)) {
      assertThat(holder.says()).isEqualTo("holds 1");
      holder.tell("act");
      assertThat(holder.says()).isEqualTo("acts");
      holder.stop();
      try (Tenure next = await(standby)) {
        assertThat(next.epoch()).isEqualTo(2);
        holder.goOn();
        assertThat(holder.says()).isEqualTo("lost: another process is the active coordinator");
        holder.tell("now");
        assertThat(holder.says()).isEqualTo("acted until now");
        assertThat(next.<String>whileHeld(() -> "done")).isEqualTo("done");
      }
    }
  }

  @Test
  void nobodyElsesSessionIsEndedAndTheLogSaysWhoKeepsTheRow(TestInfo test)
      throws IOException, InterruptedException, SQLException {
    PostgresSettings settings = settings(test, SHORT);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger(ExpiredHolder.class);
    logger.setLevel(Level.WARN);
    logger.addAppender(log);
    try (TenureOffice standby = office(settings);
        TenureHolder holder = TenureHolder.of(settings);
        Connection another = new PostgresConnections(settings).open(LONG);
        Statement statement = another.createStatement()) {
      assertThat(holder.says()).isEqualTo("holds 1");
      statement.execute("set idle_in_transaction_session_timeout = 0");
      another.setAutoCommit(false);
      statement.execute("select 1 from stockpot_tenure for key share");
      holder.stop();
      assertThat(standby.acquire(Duration.ofMillis(50), pastTheTerm())).isEmpty();
      assertThat(log.list)
          .extracting(ILoggingEvent::getFormattedMessage)
          .singleElement()
          .asString()
          .contains(
              "from http://holder (epoch 1), which has not renewed its tenure since",
              "locked by session ",
              " from 127.0.0.1, idle in transaction since ");
      another.commit();
      try (Tenure next = await(standby)) {
        assertThat(next.epoch()).isEqualTo(2);
      }
    }
  }

  private static CountDownLatch pastTheTerm() {
    CountDownLatch past = new CountDownLatch(1);
    Thread.ofVirtual()
        .start(() -> {
          await(SHORT.multipliedBy(2));
          past.countDown();
        });
    return past;
  }

  /** Lets time pass: nothing announces the end of a term. */
  private static void await(Duration time) {
    try {
      assertThat(new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void thereAreNeverTwoHolders(TestInfo test) throws Exception {
    PostgresSettings settings = settings(test, LONG);
    AtomicInteger holders = new AtomicInteger();
    List<Long> epochs = Collections.synchronizedList(new ArrayList<>());
    int rounds = 8;
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        all.add(
            threads.submit(() -> {
              for (int round = 0; round < rounds; round++) {
                try (TenureOffice office = office(settings);
                    Tenure tenure = office.acquire(Duration.ofMillis(2), NEVER).orElseThrow()) {
                  assertThat(holders.incrementAndGet()).isEqualTo(1);
                  epochs.add(tenure.epoch());
                  assertThat(tenure.<Integer>whileHeld(holders::decrementAndGet)).isZero();
                }
              }
              return null;
            }));
      }
      for (Future<?> each : all) {
        each.get(2, TimeUnit.MINUTES);
      }
    }
    assertThat(epochs).hasSize(4 * rounds).doesNotHaveDuplicates().isSorted();
    assertThat(lost).isEmpty();
  }

  @Test
  void aServerThatRestartsCostsNobodyTheTenure(TestInfo test) {
    PostgresSettings settings = settings(test, LONG);
    try (TenureOffice office = office(settings);
        TenureOffice standby = office(settings);
        Tenure tenure = office.tryAcquire().orElseThrow()) {
      assertThat(standby.tryAcquire()).isEmpty();
      server().stop();
      server().startAgain();
      assertThatExceptionOfType(MergeException.class)
          .as("its session is gone")
          .isThrownBy(standby::tryAcquire);
      assertThat(standby.tryAcquire()).isEmpty();
      assertThat(tenure.<String>whileHeld(() -> "done")).isEqualTo("done");
    }
    assertThat(lost).isEmpty();
  }

  @Test
  void aDatabaseThatCannotBeAskedForATermCostsTheTenure(TestInfo test) throws InterruptedException {
    PostgresSettings settings = settings(test, SHORT);
    try (TenureOffice office = office(settings);
        Tenure tenure = office.tryAcquire().orElseThrow()) {
      server().stop();
      try {
        assertThat(lost.poll(40, TimeUnit.SECONDS)).contains("could not be asked for PT2S");
        assertThatExceptionOfType(MergeException.class)
            .isThrownBy(() -> tenure.whileHeld(() -> "done"));
      } finally {
        server().startAgain();
      }
    }
    assertThat(lost).isEmpty();
  }

  @Test
  void aDatabaseThatCannotBeReachedIsNamedWithoutThePassword(TestInfo test) {
    PostgresSettings settings =
        new PostgresSettings(
            server().url() + "?currentSchema=public",
            "stranger",
            Optional.of(server().passwordFile()),
            test.getDisplayName(),
            SHORT,
            SHORT,
            false);
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() -> office(settings).tryAcquire())
        .satisfies(e ->
            assertThat(e.getMessage())
                .contains("postgresql://127.0.0.1", "as user 'stranger'")
                .doesNotContain(server().password()));
  }
}
