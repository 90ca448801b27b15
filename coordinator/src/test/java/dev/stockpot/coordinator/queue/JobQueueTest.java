package dev.stockpot.coordinator.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.stockpot.coordinator.queue.Answer.Reason;
import dev.stockpot.coordinator.queue.JobNews.JobChanged;
import dev.stockpot.coordinator.queue.JobNews.Logged;
import dev.stockpot.coordinator.queue.ScriptedJobs.Scripted;
import dev.stockpot.coordinator.queue.state.JobLog;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.MergeException;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobSubmission;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine;
import dev.stockpot.protocol.api.WorkerDrain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What clients ask of the queue, and what becomes of their jobs; the merges are scripted. */
class JobQueueTest {

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init") // begin() sets it
  private QueueHarness bench;

  private Map<String, ?> settings = Map.of();

  private void begin(Map<String, ?> with) {
    settings = with;
    bench = QueueHarness.in(directory, settings);
  }

  private void begin() {
    begin(Map.of());
  }

  private void restart() {
    bench.close();
    begin(settings);
  }

  @AfterEach
  void end() {
    bench.close();
  }

  @Test
  void aJobIsAcceptedRunAndDone() throws InterruptedException {
    begin();
    JobView accepted = bench.submitted(bench.submission("soup", "out"));
    assertThat(accepted.status()).isEqualTo(JobStatus.QUEUED);
    assertThat(accepted.outputs()).containsExactly(bench.root.resolve("out").toString());
    Scripted merge = bench.jobs.next();
    assertThat(merge.order().id()).isEqualTo("soup");
    assertThat(bench.job("soup").status()).isEqualTo(JobStatus.PLANNING);
    merge.progress(1, 3);
    merge.commit();
    bench.await("soup", JobStatus.COMMITTING);
    merge.finish();
    JobView done = bench.await("soup", JobStatus.DONE);
    assertThat(bench.jobs.forgotten()).containsExactly("soup");
    assertThat(done.progress().doneTasks()).isEqualTo(3);
    assertThat(done.started()).isPresent();
    assertThat(done.ended()).isPresent();
    assertThat(bench.log("soup"))
        .containsExactly(
            "accepted with priority 0",
            "started",
            bench.root.resolve("out")
                + ": in its place, 3 tensors, 40 bytes, 2 tasks merged and 1 kept, 0 given back, 1.5 s",
            "done");
  }

  @Test
  void theSameSubmissionTwiceIsOneJob() throws InterruptedException {
    begin();
    JobSubmission submission = bench.submission("soup", "out");
    TestProbe<Answer<JobRequest.Submitted>> clients = bench.kit.createTestProbe();
    for (int client = 0; client < 5; client++) {
      bench.queue.tell(new JobRequest.Submit(submission, clients.ref()));
    }
    List<Boolean> created = new ArrayList<>();
    for (int client = 0; client < 5; client++) {
      created.add(QueueHarness.ok(clients.receiveMessage()).created());
    }
    assertThat(created).containsExactly(true, false, false, false, false);
    assertThat(QueueHarness.ok(bench.submit(submission)).created()).isFalse();
    bench.jobs.next().finish();
    bench.await("soup", JobStatus.DONE);
    assertThat(QueueHarness.ok(bench.submit(submission)).job().status()).isEqualTo(JobStatus.DONE);
    assertThat(bench.<List<JobView>>ask(JobRequest.ListJobs::new)).hasSize(1);
    assertThat(bench.jobs.isIdle()).isTrue();
  }

  @Test
  void theSameIdForAnotherPlanIsRefusedEvenWhileTheFirstIsRead() throws InterruptedException {
    begin();
    TestProbe<Answer<JobRequest.Submitted>> clients = bench.kit.createTestProbe();
    bench.queue.tell(new JobRequest.Submit(bench.submission("soup", "out"), clients.ref()));
    bench.queue.tell(new JobRequest.Submit(bench.submission("soup", "other"), clients.ref()));
    List<Answer<JobRequest.Submitted>> answers =
        List.of(clients.receiveMessage(), clients.receiveMessage());
    assertThat(answers).filteredOn(Answer.Ok.class::isInstance).hasSize(1);
    Answer<JobRequest.Submitted> late = bench.submit(bench.submission("soup", "third"));
    assertThat(QueueHarness.refused(late).reason()).isEqualTo(Reason.CONFLICT);
    assertThat(bench.job("soup").outputs()).containsExactly(bench.root.resolve("out").toString());
    bench.jobs.next();
  }

  @Test
  void theNodesLogSaysWhichJobDidWhat() throws InterruptedException {
    Logger log = (Logger) LoggerFactory.getLogger(NodeLog.class);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    log.setLevel(Level.INFO);
    log.addAppender(lines);
    try {
      begin();
      bench.submitted(bench.submission("soup", "out"));
      bench.jobs.next().finish();
      bench.await("soup", JobStatus.DONE);
    } finally {
      log.detachAppender(lines);
      log.setLevel(null);
    }
    assertThat(lines.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("job soup: started"),
            line -> assertThat(line).startsWith("job soup: ").contains("in its place"),
            line -> assertThat(line).isEqualTo("job soup: done"));
  }

  @Test
  void aJobThatEndedIsDeletedAndItsOutputStays() throws InterruptedException, IOException {
    begin();
    bench.submitted(bench.submission("soup", "out"));
    Scripted merge = bench.jobs.next();
    assertThat(bench.whyNot(replyTo -> new JobRequest.Delete("soup", replyTo)))
        .isEqualTo(Reason.CONFLICT);
    merge.finish();
    bench.await("soup", JobStatus.DONE);
    Path output = Files.createDirectory(bench.root.resolve("out"));
    JobView deleted =
        QueueHarness.ok(
            bench.<Answer<JobView>>ask(replyTo -> new JobRequest.Delete("soup", replyTo)));
    assertThat(deleted.status()).isEqualTo(JobStatus.DONE);
    for (int twice = 0; twice < 2; twice++) {
      assertThat(bench.<List<JobView>>ask(JobRequest.ListJobs::new)).isEmpty();
      assertThat(bench.whyNot(replyTo -> new JobRequest.GetJob("soup", replyTo)))
          .isEqualTo(Reason.NOT_FOUND);
      assertThat(bench.whyNot(replyTo -> new JobRequest.Delete("soup", replyTo)))
          .isEqualTo(Reason.NOT_FOUND);
      restart();
    }
    assertThat(output).exists();
    bench.submitted(bench.submission("soup", "other"));
    assertThat(bench.log("soup").getFirst()).isEqualTo("accepted with priority 0");
  }

  @Test
  void aQueuedJobIsNotDeleted() throws InterruptedException {
    begin(Map.of("stockpot.coordinator.queue.max-running", 1));
    bench.submitted(bench.submission("running", "out/1"));
    Scripted running = bench.jobs.next();
    bench.submitted(bench.submission("waiting", "out/2"));
    assertThat(bench.whyNot(replyTo -> new JobRequest.Delete("waiting", replyTo)))
        .isEqualTo(Reason.CONFLICT);
    bench.cancel("waiting");
    QueueHarness.ok(
        bench.<Answer<JobView>>ask(replyTo -> new JobRequest.Delete("waiting", replyTo)));
    running.finish();
    bench.await("running", JobStatus.DONE);
    assertThat(bench.<List<JobView>>ask(JobRequest.ListJobs::new))
        .extracting(JobView::id)
        .containsExactly("running");
  }

  @Test
  void aWorkerStaysDrainedAcrossRestartsUntilItIsResumed() throws InterruptedException {
    begin(Map.of("stockpot.coordinator.queue.snapshot-every", 1));
    assertThat(bench.drained.take()).isEmpty();
    for (int twice = 0; twice < 2; twice++) {
      assertThat(drain("alpha/cpu")).isEqualTo(new WorkerDrain("alpha/cpu", true));
      assertThat(bench.drained.take()).containsExactly("alpha/cpu");
    }
    drain("alpha/gpu-0");
    restart();
    assertThat(bench.drained.take()).containsExactlyInAnyOrder("alpha/cpu", "alpha/gpu-0");
    assertThat(QueueHarness.ok(resume("alpha/cpu"))).isEqualTo(new WorkerDrain("alpha/cpu", false));
    assertThat(bench.drained.take()).containsExactly("alpha/gpu-0");
    Answer.Refused<?> refused = QueueHarness.refused(resume("alpha/cpu"));
    assertThat(refused.reason()).isEqualTo(Reason.NOT_FOUND);
    assertThat(refused.message()).contains("alpha/gpu-0");
    restart();
    assertThat(bench.drained.take()).containsExactly("alpha/gpu-0");
  }

  private WorkerDrain drain(String worker) {
    return QueueHarness.ok(
        bench.<Answer<WorkerDrain>>ask(replyTo -> new JobRequest.Drain(worker, replyTo)));
  }

  private Answer<WorkerDrain> resume(String worker) {
    return bench.ask(replyTo -> new JobRequest.Resume(worker, replyTo));
  }

  @Test
  void aSubmissionWithoutAnIdIsGivenOne() throws InterruptedException {
    begin();
    JobSubmission submission =
        new JobSubmission(
            Optional.empty(), QueueHarness.plan("out"), bench.root.toString(), "-", 0, false);
    JobView job = bench.submitted(submission);
    assertThat(job.id()).matches(JobSubmission.ID_PATTERN);
    assertThat(bench.job(job.id()).source()).isEqualTo("-");
    // Else its claim may come into the directory while that is deleted.
    bench.jobs.next();
  }

  @Test
  void everyMistakeOfAPlanIsTold() {
    begin();
    String wrong = QueueHarness.plan("out").replace("model: a", "model: missing") + "colour: red\n";
    Answer.Refused<?> refused =
        QueueHarness.refused(bench.submit(bench.submission("soup", wrong, 0)));
    assertThat(refused.reason()).isEqualTo(Reason.INVALID);
    assertThat(refused.details())
        .anySatisfy(mistake -> assertThat(mistake).startsWith("plan.yaml:4:").contains("missing"))
        .anySatisfy(mistake -> assertThat(mistake).startsWith("plan.yaml:7:").contains("colour"));
    assertThat(bench.whyNot(replyTo -> new JobRequest.GetJob("soup", replyTo)))
        .isEqualTo(Reason.NOT_FOUND);
  }

  @Test
  void pathsOutsideTheRootsAreForbiddenAndNothingIsSaidOfThem() throws IOException {
    begin();
    Path outside = Files.createDirectories(directory.resolve("secret"));
    Files.createSymbolicLink(bench.root.resolve("link"), outside);
    for (String path :
        List.of("../secret", "../missing", "link", "link/deeper", outside.toString())) {
      String plan = QueueHarness.plan("out").replace("model: a", "model: " + path);
      Answer.Refused<?> refused =
          QueueHarness.refused(bench.submit(bench.submission("soup", plan, 0)));
      assertThat(refused.reason()).as(path).isEqualTo(Reason.FORBIDDEN);
      assertThat(refused.details())
          .singleElement()
          .asString()
          .contains("is not inside the directories that may be used")
          .doesNotContain("exist");
    }
    for (String output : List.of("../out", "link/new", bench.root.toString(), "/")) {
      Answer.Refused<?> refused =
          QueueHarness.refused(bench.submit(bench.submission("soup", output)));
      assertThat(refused.reason()).as(output).isEqualTo(Reason.FORBIDDEN);
    }
  }

  @Test
  void aCheckpointWithALinkOutOfTheRootsIsForbidden() throws IOException {
    begin();
    Path outside = Files.writeString(directory.resolve("secret.safetensors"), "secret");
    Files.createSymbolicLink(bench.root.resolve("a/model.safetensors"), outside);
    Answer.Refused<?> refused = QueueHarness.refused(bench.submit(bench.submission("soup", "out")));
    assertThat(refused.reason()).isEqualTo(Reason.FORBIDDEN);
  }

  @Test
  void higherPrioritiesGoFirstThenWhoCameFirst() throws InterruptedException {
    begin(Map.of("stockpot.coordinator.queue.max-running", 1));
    bench.submitted(bench.submission("running", "out/running"));
    Scripted running = bench.jobs.next();
    bench.submitted(bench.submission("low", QueueHarness.plan("out/low"), -1));
    bench.submitted(bench.submission("first", QueueHarness.plan("out/first"), 0));
    bench.submitted(bench.submission("second", QueueHarness.plan("out/second"), 0));
    bench.submitted(bench.submission("high", QueueHarness.plan("out/high"), 7));
    List<String> order = new ArrayList<>();
    for (int job = 0; job < 4; job++) {
      assertThat(bench.jobs.isIdle()).isTrue();
      running.finish();
      running = bench.jobs.next();
      order.add(running.order().id());
    }
    assertThat(order).containsExactly("high", "first", "second", "low");
  }

  @Test
  void jobsThatWriteTheSameOutputTakeTurns() throws InterruptedException, IOException {
    begin();
    Files.createSymbolicLink(bench.root.resolve("alias"), bench.root);
    bench.submitted(bench.submission("first", "out"));
    bench.submitted(bench.submission("second", "alias/out"));
    bench.submitted(bench.submission("inside", "out/deeper"));
    bench.submitted(bench.submission("third", "elsewhere"));
    Scripted first = bench.jobs.next();
    Scripted third = bench.jobs.next();
    assertThat(List.of(first.order().id(), third.order().id())).containsExactly("first", "third");
    assertThat(bench.job("second").status()).isEqualTo(JobStatus.QUEUED);
    assertThat(bench.log("second"))
        .contains("waits for the job 'first', which writes the same output");
    first.finish();
    Scripted second = bench.jobs.next();
    assertThat(second.order().id()).isEqualTo("second");
    assertThat(bench.jobs.isIdle()).isTrue();
    second.finish();
    assertThat(bench.jobs.next().order().id()).isEqualTo("inside");
  }

  @Test
  void thePlansOfAJobRunOneAfterAnother() throws InterruptedException {
    begin();
    bench.submitted(bench.submission("soup", "one", "two"));
    Scripted one = bench.jobs.next();
    assertThat(one.order().plan().output().path()).isEqualTo(bench.root.resolve("one"));
    assertThat(bench.jobs.isIdle()).isTrue();
    one.finish();
    Scripted two = bench.jobs.next();
    assertThat(two.order().plan().output().path()).isEqualTo(bench.root.resolve("two"));
    assertThat(two.order().id()).isEqualTo("soup/2");
    assertThat(bench.job("soup").plan()).isEqualTo(1);
    two.finish();
    assertThat(bench.await("soup", JobStatus.DONE).plan()).isEqualTo(1);
  }

  @Test
  void aFailedJobSaysWhyAndIsRetried() throws InterruptedException {
    begin();
    bench.submitted(bench.submission("soup", "out"));
    Path kept = bench.root.resolve(".out.stockpot");
    bench.jobs.next().fail("a tensor is wrong", Optional.of(kept));
    JobView failed = bench.await("soup", JobStatus.FAILED);
    assertThat(failed.failure())
        .contains(new JobView.JobFailure("USER_INPUT", "a tensor is wrong", true));
    assertThat(kept).isDirectory();
    assertThat(bench.jobs.forgotten()).isEmpty();
    assertThat(bench.log("soup"))
        .last()
        .isEqualTo("failed: a tensor is wrong; what is merged is kept in " + kept + " for a retry");
    JobView retried = bench.retry("soup");
    assertThat(retried.attempt()).isEqualTo(2);
    assertThat(retried.failure()).isEmpty();
    bench.jobs.next().finish();
    assertThat(bench.await("soup", JobStatus.DONE).attempt()).isEqualTo(2);
    assertThat(bench.whyNot(replyTo -> new JobRequest.Retry("soup", replyTo)))
        .isEqualTo(Reason.CONFLICT);
  }

  @Test
  void aMergeThatCrashesFailsItsJobAlone() throws InterruptedException {
    begin();
    bench.submitted(bench.submission("crashes", "one"));
    Scripted crashes = bench.jobs.next();
    bench.submitted(bench.submission("goes-on", "two"));
    Scripted goesOn = bench.jobs.next();
    crashes.crash("a fault of ours");
    assertThat(bench.await("crashes", JobStatus.FAILED).failure())
        .hasValueSatisfying(failure -> {
          assertThat(failure.kind()).isEqualTo("BUG");
          assertThat(failure.message()).contains("a fault of ours");
        });
    goesOn.finish();
    bench.await("goes-on", JobStatus.DONE);
  }

  @Test
  void aQueuedJobIsCancelledAtOnce() throws InterruptedException {
    begin(Map.of("stockpot.coordinator.queue.max-running", 1));
    bench.submitted(bench.submission("running", "one"));
    Scripted running = bench.jobs.next();
    bench.submitted(bench.submission("queued", "two"));
    assertThat(bench.cancel("queued").status()).isEqualTo(JobStatus.CANCELLED);
    assertThat(bench.cancel("queued").status()).isEqualTo(JobStatus.CANCELLED);
    running.finish();
    bench.await("running", JobStatus.DONE);
    assertThat(bench.jobs.isIdle()).isTrue();
    assertThat(bench.whyNot(replyTo -> new JobRequest.Cancel("running", replyTo)))
        .isEqualTo(Reason.CONFLICT);
  }

  @Test
  void aRunningJobIsCancelledWhenItsMergeHasEnded() throws InterruptedException {
    begin();
    bench.submitted(bench.submission("soup", "out", "never"));
    Scripted merge = bench.jobs.next();
    assertThat(bench.cancel("soup").status()).isEqualTo(JobStatus.PLANNING);
    merge.awaitCancel();
    Path kept = bench.root.resolve(".out.stockpot");
    merge.cancelled(Optional.of(kept));
    bench.await("soup", JobStatus.CANCELLED);
    assertThat(bench.log("soup"))
        .last()
        .isEqualTo("cancelled; what is merged is kept in " + kept + " for a retry");
    assertThat(bench.jobs.isIdle()).isTrue();
    assertThat(bench.retry("soup").attempt()).isEqualTo(2);
    assertThat(bench.jobs.next().order().id()).isEqualTo("soup/1");
  }

  @Test
  void aCommitThatWasFasterThanACancelCounts() throws InterruptedException {
    begin();
    bench.submitted(bench.submission("soup", "out"));
    Scripted merge = bench.jobs.next();
    bench.cancel("soup");
    merge.finish();
    bench.await("soup", JobStatus.DONE);
  }

  @Test
  void anOutputThatAnotherProcessHoldsFailsTheJobAndIsReleasedByTheQueueWhenItEnds()
      throws InterruptedException {
    begin();
    try (StagingArea held = StagingArea.claim(bench.root.resolve("out"))) {
      bench.submitted(bench.submission("soup", "out"));
      assertThat(bench.await("soup", JobStatus.FAILED).failure().orElseThrow().message())
          .contains("is writing this output; wait for it, or stop it");
      held.delete();
    }
    bench.retry("soup");
    bench.jobs.next().finish();
    bench.await("soup", JobStatus.DONE);
    StagingArea.claim(bench.root.resolve("out")).close();
  }

  @Test
  void aFollowerHearsTheWholeStoryAndItsEndLast() throws InterruptedException {
    begin();
    bench.submitted(bench.submission("soup", "out"));
    Scripted merge = bench.jobs.next();
    TestProbe<JobNews> follower = bench.follow("soup");
    merge.note("a worker stutters");
    merge.finish();
    List<String> lines = new ArrayList<>();
    List<Long> sequences = new ArrayList<>();
    List<JobStatus> statuses = new ArrayList<>();
    while (statuses.isEmpty() || !statuses.getLast().isTerminal()) {
      switch (follower.receiveMessage()) {
        case Logged(LogLine line) -> {
          lines.add(line.message());
          sequences.add(line.sequence());
        }
        case JobChanged(JobView job) -> statuses.add(job.status());
        case JobNews.Unknown unknown -> throw new AssertionError(unknown);
      }
    }
    assertThat(lines).contains("a worker stutters").endsWith("done");
    assertThat(sequences).containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(statuses).startsWith(JobStatus.PLANNING).endsWith(JobStatus.DONE);
    assertThat(statuses).filteredOn(JobStatus::isTerminal).hasSize(1);
    TestProbe<JobNews> late = bench.kit.createTestProbe();
    bench.queue.tell(new JobRequest.Follow("soup", 4, late.ref()));
    assertThat(late.expectMessageClass(Logged.class).line().message()).isEqualTo("done");
    assertThat(late.expectMessageClass(JobChanged.class).job().status()).isEqualTo(JobStatus.DONE);
    bench.queue.tell(new JobRequest.Follow("nothing", 0, late.ref()));
    late.expectMessage(new JobNews.Unknown("nothing"));
  }

  @Test
  void progressIsToldNoMoreThanAFewTimesASecond() throws InterruptedException {
    begin();
    bench.submitted(bench.submission("soup", "out"));
    Scripted merge = bench.jobs.next();
    TestProbe<JobNews> follower = bench.follow("soup");
    for (int done = 0; done <= 5_000; done++) {
      merge.progress(done, 5_000);
    }
    int told = 0;
    JobView last = bench.job("soup");
    while (last.progress().doneTasks() < 5_000) {
      if (follower.receiveMessage() instanceof JobChanged(JobView job)) {
        told++;
        last = job;
      }
    }
    assertThat(told).isLessThan(100);
  }

  @Test
  void aMergeThatSaysTooMuchIsCutShort() throws InterruptedException {
    begin();
    bench.submitted(bench.submission("soup", "out"));
    Scripted merge = bench.jobs.next();
    for (int line = 0; line < 1_500; line++) {
      merge.note("line " + line);
    }
    merge.finish();
    bench.await("soup", JobStatus.DONE);
    List<String> log = bench.log("soup");
    assertThat(log).hasSize(JobLog.MAX_LINES + 1).endsWith("done");
    assertThat(log)
        .contains("says too much: nothing more of this run is kept")
        .first()
        .isEqualTo("4 earlier lines are not here any more: the last 1,000 are kept");
  }

  @Test
  void aFullQueueRefusesMore() throws InterruptedException {
    begin(Map.of("stockpot.coordinator.queue.max-queued", 1));
    bench.submitted(bench.submission("first", "one"));
    Answer.Refused<?> refused =
        QueueHarness.refused(bench.submit(bench.submission("second", "two")));
    assertThat(refused.reason()).isEqualTo(Reason.UNAVAILABLE);
    bench.jobs.next();
  }

  @Test
  void nothingAcknowledgedIsLostByARestartAndJobsGoOnInTheirOrder() throws InterruptedException {
    begin(Map.of("stockpot.coordinator.queue.max-running", 1));
    bench.submitted(bench.submission("done", "one"));
    bench.jobs.next().finish();
    bench.await("done", JobStatus.DONE);
    bench.submitted(bench.submission("running", "two", "three"));
    bench.jobs.next().finish();
    Scripted second = bench.jobs.next();
    second.note("half of it");
    bench.submitted(bench.submission("urgent", QueueHarness.plan("four"), 9));
    JobView done = bench.job("done");
    List<String> log = bench.log("done");
    restart();
    assertThat(bench.job("done")).isEqualTo(done);
    assertThat(bench.log("done")).isEqualTo(log);
    Scripted goesOn = bench.jobs.next();
    assertThat(goesOn.order().id()).isEqualTo("running/2");
    assertThat(bench.job("running").attempt()).isEqualTo(1);
    assertThat(bench.log("running")).contains("goes on after a restart of the coordinator");
    assertThat(bench.jobs.isIdle()).isTrue();
    goesOn.finish();
    assertThat(bench.jobs.next().order().id()).isEqualTo("urgent");
    JobSubmission again = bench.submission("running", "two", "three");
    assertThat(QueueHarness.ok(bench.submit(again)).created()).isFalse();
  }

  @Test
  void aJobThatWasToBeCancelledIsCancelledAfterARestart() throws InterruptedException {
    begin();
    bench.submitted(bench.submission("soup", "out"));
    bench.jobs.next();
    bench.cancel("soup");
    restart();
    bench.await("soup", JobStatus.CANCELLED);
    assertThat(bench.jobs.isIdle()).isTrue();
  }

  @Test
  void aJobThatGoesOnWaitsUntilTheProcessBeforeHasLetGoOfItsOutput() throws InterruptedException {
    begin();
    bench.submitted(bench.submission("soup", "out"));
    bench.jobs.next();
    bench.close();
    StagingArea held = StagingArea.claim(bench.root.resolve("out"));
    begin();
    TestProbe<JobNews> follower = bench.follow("soup");
    List<String> lines = new ArrayList<>();
    while (lines.stream().noneMatch(line -> line.startsWith("waits: "))) {
      if (follower.receiveMessage() instanceof Logged(LogLine line)) {
        lines.add(line.message());
      }
    }
    held.close();
    bench.jobs.next().finish();
    bench.await("soup", JobStatus.DONE);
  }

  @Test
  void aQueueThatEndsGivesAnOutputUpOnceNobodyWorksOnItAnyMore() throws InterruptedException {
    begin();
    bench.submitted(bench.submission("soup", "out"));
    StagingArea claimed = bench.jobs.next().order().staging();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    Thread work =
        Thread.ofVirtual()
            .start(() ->
                claimed.use(() -> {
                  begun.countDown();
                  return awaited(done);
                }));
    assertThat(awaited(begun)).isTrue();
    bench.kit.stop(bench.queue);
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() -> StagingArea.claim(bench.root.resolve("out")))
        .withMessageContaining("is writing this output");
    done.countDown();
    work.join();
    claimSoon(bench.root.resolve("out")).close();
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() -> claimed.use(() -> "late"))
        .withMessageContaining("not claimed by this merge any more");
  }

  /** Nothing announces that an output was given up. */
  private static StagingArea claimSoon(Path output) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    for (int attempt = 0; attempt < 1_000; attempt++) {
      try {
        return StagingArea.claim(output);
      } catch (MergeException _) {
        assertThat(never.await(20, TimeUnit.MILLISECONDS)).isFalse();
      }
    }
    throw new AssertionError(output + " is not given up");
  }

  private static boolean awaited(CountDownLatch latch) {
    try {
      return latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Test
  void theJournalIsMadeShortAndNothingIsMissed() throws InterruptedException, IOException {
    begin(Map.of("stockpot.coordinator.queue.snapshot-every", 5));
    for (int job = 0; job < 40; job++) {
      bench.submitted(bench.submission("job-" + job, "out-" + job));
      bench.jobs.next().finish();
      bench.await("job-" + job, JobStatus.DONE);
    }
    List<JobView> jobs = bench.ask(JobRequest.ListJobs::new);
    restart();
    assertThat(bench.<List<JobView>>ask(JobRequest.ListJobs::new)).isEqualTo(jobs).hasSize(40);
    Path journal = directory.resolve("data/queue");
    try (var files = Files.list(journal)) {
      assertThat(files.filter(file -> file.toString().endsWith(".snapshot"))).hasSizeBetween(1, 3);
    }
  }
}
