package dev.stockpot.coordinator.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.coordinator.postgres.PostgresConnections;
import dev.stockpot.coordinator.postgres.PostgresJournal;
import dev.stockpot.coordinator.postgres.PostgresSchema;
import dev.stockpot.coordinator.postgres.PostgresSettings;
import dev.stockpot.coordinator.tenure.PostgresTenureOffice;
import dev.stockpot.coordinator.tenure.Tenure;
import dev.stockpot.fixtures.PostgresServer;
import dev.stockpot.merge.MergeException;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The queue with its journal in PostgreSQL, and one coordinator after another. */
class PostgresQueueTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init") // startServer() sets it
  private PostgresServer server;

  @SuppressWarnings("NullAway.Init") // startServer() sets it
  private PostgresConnections connections;

  @BeforeEach
  void startServer() {
    assumeTrue(PostgresServer.missing().isEmpty(), () -> PostgresServer.missing().orElseThrow());
    server = PostgresServer.start();
    connections = new PostgresConnections(settings(true));
    PostgresSchema.prepare(connections);
  }

  @AfterEach
  @SuppressWarnings("NullAway") // where the test was skipped
  void endServer() {
    if (server != null) {
      server.close();
    }
  }

  private PostgresSettings settings(boolean createTables) {
    return new PostgresSettings(
        server.url(),
        server.user(),
        Optional.of(server.passwordFile()),
        "a cluster's name",
        Duration.ofMinutes(5),
        Duration.ofMillis(100),
        createTables);
  }

  private PostgresTenureOffice office() {
    return new PostgresTenureOffice(connections, "http://me", _ -> {});
  }

  private QueueHarness bench(Tenure tenure) {
    return QueueHarness.in(
        directory,
        Map.of("stockpot.coordinator.queue.snapshot-every", 5),
        config -> PostgresJournal.over(config, connections.settings(), tenure.epoch()));
  }

  private long count(String what) throws SQLException {
    try (Connection connection = connections.open(PATIENCE);
        Statement statement = connection.createStatement();
        ResultSet counted = statement.executeQuery("select count(*) from " + what)) {
      assertThat(counted.next()).isTrue();
      return counted.getLong(1);
    }
  }

  @Test
  void aStandbyGoesOnWithAllThatWasAcknowledgedAndTheJournalStaysShort()
      throws InterruptedException, SQLException {
    List<JobView> jobs;
    try (PostgresTenureOffice office = office();
        Tenure tenure = office.tryAcquire().orElseThrow();
        QueueHarness bench = bench(tenure)) {
      for (int job = 0; job < 12; job++) {
        bench.submitted(bench.submission("job-" + job, "out-" + job));
        bench.jobs.next().finish();
        bench.await("job-" + job, JobStatus.DONE);
      }
      bench.submitted(bench.submission("running", "out"));
      assertThat(bench.jobs.next().order().id()).isEqualTo("running");
      jobs = bench.ask(JobRequest.ListJobs::new);
    }
    try (PostgresTenureOffice office = office();
        Tenure tenure = office.tryAcquire().orElseThrow();
        QueueHarness bench = bench(tenure)) {
      assertThat(bench.jobs.next().order().id()).isEqualTo("running");
      List<JobView> now = bench.ask(JobRequest.ListJobs::new);
      assertThat(now.subList(1, now.size())).isEqualTo(jobs.subList(1, jobs.size()));
      assertThat(now.getFirst().id()).isEqualTo("running");
    }
    assertThat(count("event_journal")).isLessThan(30);
    assertThat(count("snapshot")).isBetween(1L, 5L);
    assertThat(count("event_journal where event_ser_manifest = 'submitted/1'"))
        .as("our own JSON")
        .isPositive();
  }

  @Test
  void whatIsForgottenIsGoneAndNobodyElseCanForgetIt() throws SQLException {
    try (PostgresTenureOffice office = office();
        Tenure tenure = office.tryAcquire().orElseThrow();
        QueueHarness bench = bench(tenure)) {
      bench.submitted(bench.submission("soup", "out"));
      assertThat(count("event_journal")).isPositive();
      PostgresJournal.forget(connections, tenure.epoch() - 1, "queue");
      assertThat(count("event_journal")).isPositive();
      PostgresJournal.forget(connections, tenure.epoch(), "another");
      assertThat(count("event_journal")).isPositive();
    }
    try (PostgresTenureOffice office = office();
        Tenure tenure = office.tryAcquire().orElseThrow()) {
      PostgresJournal.forget(connections, tenure.epoch(), "queue");
      assertThat(count("event_journal")).isZero();
    }
  }

  @Test
  void aDeposedCoordinatorCanWriteNothingMore() throws InterruptedException, SQLException {
    try (PostgresTenureOffice office = office();
        PostgresTenureOffice standby = office()) {
      Tenure tenure = office.tryAcquire().orElseThrow();
      try (QueueHarness deposed = bench(tenure)) {
        deposed.submitted(deposed.submission("first", "one"));
        deposed.jobs.next();
        tenure.close();
        try (Tenure next = standby.tryAcquire().orElseThrow();
            QueueHarness active = bench(next)) {
          long events = count("event_journal");
          TestProbe<Answer<JobRequest.Submitted>> client = deposed.kit.createTestProbe();
          deposed.queue.tell(
              new JobRequest.Submit(deposed.submission("late", "two"), client.ref()));
          client.expectTerminated(deposed.queue, PATIENCE);
          client.expectNoMessage(Duration.ZERO);
          active.submitted(active.submission("late", "three"));
          assertThat(count("event_journal")).isGreaterThan(events);
          assertThat(active.job("first").status()).isEqualTo(JobStatus.PLANNING);
        }
      }
    }
  }

  @Test
  void tablesThatMayNotBeCreatedAreAskedFor() throws SQLException {
    try (Connection connection = connections.open(PATIENCE);
        Statement statement = connection.createStatement()) {
      statement.execute("drop table snapshot");
    }
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() -> PostgresSchema.prepare(new PostgresConnections(settings(false))))
        .withMessageContaining("run config/postgresql/schema.sql in it");
    PostgresSchema.prepare(connections);
    PostgresSchema.prepare(new PostgresConnections(settings(false)));
    assertThat(count("snapshot")).isZero();
  }
}
