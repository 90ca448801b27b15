package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.stockpot.fixtures.Interrupts;
import dev.stockpot.system.StockpotProcess.Ended;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Whatever stops a merge, the same command goes on, and ends with the same bytes. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class KilledMergeTest {

  private static final int MOMENTS = 20;
  private static final int WHILE_IT_STARTS = 4;

  @SuppressWarnings("NullAway.Init") // set before all
  private static MergeSite site;

  /** Files of a merge that nothing disturbed. */
  @SuppressWarnings("NullAway.Init") // set before all
  private static Map<String, String> expected;

  /**
   * How long such a merge starts and how long it works, in time of the cores: a moment that is
   * measured by it is the same on a busy machine. It works once it has something to lose, its
   * staging directory.
   */
  private record Times(Duration start, Duration work) {}

  private static Times undisturbed = new Times(Duration.ZERO, Duration.ZERO);

  @BeforeAll
  static void mergeUndisturbed(@TempDir Path directory) throws InterruptedException {
    site = MergeSite.twiceAsLarge(directory);
    undisturbed =
        List.of(timesOfMerge(), timesOfMerge(), timesOfMerge()).stream()
            .min(Comparator.comparing(Times::work))
            .orElseThrow();
    expected = site.result();
    site.assertServed(expected);
  }

  private static Times timesOfMerge() throws InterruptedException {
    site.deleteOutput();
    try (StockpotProcess process = site.start()) {
      assertThat(process.livesUntil(KilledMergeTest::works)).isTrue();
      Duration begun = process.cpuTime();
      AtomicReference<Duration> latest = new AtomicReference<>(begun);
      boolean lives =
          process.livesUntil(() -> {
            Duration now = process.cpuTime();
            latest.accumulateAndGet(now, (one, other) -> one.compareTo(other) > 0 ? one : other);
            return false;
          });
      assertThat(lives).isFalse();
      Ended ended = process.await();
      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(ended.json().get("merged").asInt()).isEqualTo(site.tensors());
      assertThat(latest.get()).isGreaterThan(begun);
      return new Times(begun, latest.get().minus(begun));
    }
  }

  @BeforeEach
  void startAfresh() {
    site.deleteOutput();
  }

  @Test
  void aMergeKilledAtAnyMomentEndsWithTheSameBytesAndMergesNothingTwice()
      throws InterruptedException {
    int killed = 0;
    int killedBetweenReceipts = 0;
    for (int moment = 0; moment < MOMENTS; moment++) {
      site.deleteOutput();
      if (killAt(moment)) {
        killed++;
      }
      Set<Integer> recorded = site.journal().receipts();
      if (!recorded.isEmpty() && recorded.size() < site.tensors()) {
        killedBetweenReceipts++;
      }
      goOn("killed at moment " + moment, recorded);
    }
    assertThat(killed).isGreaterThanOrEqualTo(MOMENTS * 3 / 4);
    assertThat(killedBetweenReceipts).isPositive();
  }

  @Test
  void aMergeKilledTwiceGoesOnFromTheSecondStop() throws InterruptedException {
    Optional<StockpotProcess> second;
    do {
      site.deleteOutput();
      killMidway();
      second = site.stopped(site.journal().receipts().size() + 1);
    } while (second.isEmpty());
    try (StockpotProcess process = second.get()) {
      assertThat(process.kill()).isTrue();
    }
    goOn("killed twice", site.journal().receipts());
  }

  @Test
  void aStagedByteThatChangedBetweenTheRunsIsNoticedAndItsTensorMergedAgain()
      throws InterruptedException, IOException {
    Set<Integer> recorded;
    do {
      site.deleteOutput();
      killMidway();
      recorded = site.journal().receipts();
    } while (!recorded.contains(0));
    // Tasks are laid out in order: the first lies right behind the header of the first shard.
    Path shard = site.stagedShard(1);
    flip(shard, MergeSite.headerBytes(shard));

    Ended ended = site.merge();

    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.json().get("kept").asInt()).isEqualTo(recorded.size() - 1);
    assertThat(ended.err()).contains("1 were damaged and are merged again");
    site.assertServed(expected);
  }

  @Test
  void aStagedHeaderThatIsNotWholeIsWrittenAgain() throws InterruptedException, IOException {
    killMidway();
    Path shard = site.stagedShard(2);
    flip(shard, MergeSite.headerBytes(shard) - 1);

    Ended ended = site.merge();

    assertThat(ended.status()).as(ended.err()).isZero();
    site.assertServed(expected);
  }

  @Test
  void aMergeThatIsStoppedForAWhileGoesOnByItself() throws InterruptedException {
    try (StockpotProcess process = site.stoppedMidway()) {
      assertThat(process.endsWithin(Duration.ofSeconds(3))).isFalse();
      process.signal("CONT");
      Ended ended = process.await();
      assertThat(ended.status()).as(ended.err()).isZero();
    }
    site.assertServed(expected);
  }

  @ParameterizedTest
  @CsvSource({"TERM, 143", "INT, 130"})
  void aMergeThatIsAskedToStopSaysHowToGoOn(String signal, int status) throws InterruptedException {
    assumeFalse(signal.equals("INT") && Interrupts.ignored(), Interrupts.IGNORED);
    Set<Integer> recorded;
    try (StockpotProcess process = site.stoppedMidway()) {
      process.signal(signal);
      process.signal("CONT");
      Ended ended = process.await();
      assertThat(ended.status()).as(ended.err()).isEqualTo(status);
      assertThat(ended.err())
          .endsWith("stopped; run the same command again to go on from here")
          .doesNotContain("\tat ");
      recorded = site.journal().receipts();
    }
    assertThat(site.served()).containsExactly(".soup.stockpot");
    goOn("stopped by SIG" + signal, recorded);
  }

  /** Runs the merge again to its end, which is the undisturbed one's. */
  private static void goOn(String when, Set<Integer> recorded) throws InterruptedException {
    boolean committed = site.served().contains("soup");
    Ended ended = site.merge();
    assertThat(ended.status()).as("%s: %s", when, ended.err()).isZero();
    JsonNode result = ended.json();
    assertThat(result.get("alreadyFinished").asBoolean()).as(when).isEqualTo(committed);
    if (committed) {
      assertThat(result.get("merged").asInt()).as(when).isZero();
    } else {
      assertThat(result.get("kept").asInt()).as(when).isGreaterThanOrEqualTo(recorded.size());
      assertThat(result.get("merged").asInt() + result.get("kept").asInt())
          .as(when)
          .isEqualTo(site.tensors());
    }
    site.assertServed(expected);
  }

  private static boolean works() {
    return Files.exists(site.staging());
  }

  /**
   * Kills a merge at one of the moments, the first of which are while it starts, on one thread and
   * on two in turn; false if it had ended before.
   */
  private static boolean killAt(int moment) throws InterruptedException {
    boolean starting = moment < WHILE_IT_STARTS;
    try (StockpotProcess process = site.start(1 + moment % 2)) {
      if (!starting && !process.livesUntil(KilledMergeTest::works)) {
        return false;
      }
      Duration part =
          starting
              ? part(undisturbed.start(), moment, WHILE_IT_STARTS)
              : part(undisturbed.work(), moment - WHILE_IT_STARTS, MOMENTS - WHILE_IT_STARTS);
      Duration after = starting ? part : process.cpuTime().plus(part);
      return process.livesUntil(() -> process.cpuTime().compareTo(after) >= 0) && process.kill();
    }
  }

  /** The middle of one of so many parts of a time. */
  private static Duration part(Duration time, int number, int parts) {
    return time.multipliedBy(2L * number + 1).dividedBy(2L * parts);
  }

  private static void killMidway() throws InterruptedException {
    try (StockpotProcess process = site.stoppedMidway()) {
      assertThat(process.kill()).isTrue();
    }
  }

  private static void flip(Path file, long position) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, position);
      one.put(0, (byte) (one.get(0) ^ 1)).rewind();
      channel.write(one, position);
    }
  }
}
