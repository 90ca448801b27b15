package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.system.StockpotProcess.Ended;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever stops a search, the same command goes on, and no evaluation that ended runs again. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
final class KilledSearchTest {

  private static final int MOMENTS = 10;
  private static final long SEED = 20_260_102;
  private static final int MOST_POLLS = 40;

  /** Evaluations that are left after the last kill, at least, but for those of its polls. */
  private static final int MARGIN = 8;

  @TempDir private Path directory;

  @Test
  void aSearchKilledAtTenRandomMomentsEndsWithTheSameLeaderboardAndRepeatsNothingRecorded()
      throws InterruptedException {
    SearchSite undisturbed = SearchSite.create(directory.resolve("undisturbed"));
    undisturbed.writePlan("served/best", SearchSite.FINE, "");
    Ended ended = undisturbed.search();
    assertThat(ended.status()).as(ended.err()).isZero();
    SearchSite site = SearchSite.create(directory.resolve("killed"));
    site.writePlan("served/best", SearchSite.FINE, "");
    Random random = new Random(SEED);
    int inFlight = 0;
    for (int killed = 0; killed < MOMENTS; killed++) {
      // Spread over the search, so that it is never at its end before the last.
      int until = (int) ((killed + random.nextDouble()) * (all(undisturbed) - MARGIN) / MOMENTS);
      assertThat(killAfter(site, until, random.nextInt(MOST_POLLS))).isTrue();
      int recorded = new Journal(site.staging().resolve("journal")).evaluations().size();
      // A run that ended in the very moment of the kill, or under its guard since, is not recorded.
      int unrecorded = all(site) - recorded;
      assertThat(unrecorded).isBetween(-1, 1);
      inFlight += Math.max(0, unrecorded);
    }

    Ended last = site.search();

    assertThat(last.status()).as(last.err()).isZero();
    assertThat(site.leaderboard()).isEqualTo(undisturbed.leaderboard());
    assertThat(site.best()).isEqualTo(undisturbed.best());
    assertThat(site.staging()).doesNotExist();
    assertThat(all(site)).isEqualTo(all(undisturbed));
    assertThat(site.runs().size() - all(site)).isBetween(0, inFlight);
    assertThat(site.onDisk()).allMatch(candidates -> candidates <= SearchSite.ON_DISK);
  }

  /** Distinct evaluations that came to their end. */
  private static int all(SearchSite site) {
    return Set.copyOf(site.runs()).size();
  }

  /** Kills the search some time after so many runs of its evaluator; false if it had ended. */
  private static boolean killAfter(SearchSite site, int runs, int polls)
      throws InterruptedException {
    int[] left = {polls};
    try (StockpotProcess process = site.start()) {
      return process.livesUntil(() -> site.runs().size() >= runs && left[0]-- <= 0)
          && process.killAndAwaitWhatItStarted();
    }
  }
}
