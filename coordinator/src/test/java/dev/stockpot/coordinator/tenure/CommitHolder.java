package dev.stockpot.coordinator.tenure;

import dev.stockpot.coordinator.Soup;
import dev.stockpot.coordinator.postgres.PostgresConnections;
import dev.stockpot.coordinator.postgres.PostgresSettings;
import dev.stockpot.coordinator.staging.OutputCommit;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.merge.verification.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Another process that holds the tenure and commits a soup. */
final class CommitHolder {

  /** What it says of a commit that came to its end. */
  static final String COMMITTED = "committed";

  private CommitHolder() {}

  /** What the other process runs; it stays until it is killed. */
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    PostgresSettings settings =
        TenureHolder.settings(List.of(arguments).subList(1, arguments.length));
    Tenure tenure =
        TenureHolder.acquired(
            new PostgresTenureOffice(new PostgresConnections(settings), "http://holder", _ -> {}));
    System.out.println(TenureHolder.HOLDS + tenure.epoch());
    System.out.println(outcome(directory, tenure));
    int end = System.in.read();
    System.out.println("left at " + end);
  }

  private static String outcome(Path directory, Tenure tenure) throws IOException {
    Soup soup = Soup.of(directory);
    PlannedMerge planned = soup.planned();
    try (StagingArea staging = StagingArea.claim(soup.output())) {
      Files.createFile(armed(directory));
      return tenure.whileHeld(() -> {
        commit(staging, planned);
        return COMMITTED;
      });
    } catch (MergeException e) {
      return "failed: " + e.getMessage();
    }
  }

  /** As a job does it, over an output that is there. */
  static void commit(StagingArea staging, PlannedMerge planned) {
    Manifest manifest = Soup.manifest(planned);
    new OutputCommit(staging, planned, true).commit(List.of(manifest));
    staging.delete();
  }

  private static Path armed(Path directory) {
    return directory.resolve("armed");
  }

  /**
   * Starts one.
   *
   * @param directory of a {@link Soup}, whose staging area is ready to be committed
   * @param library made of {@code stop-before.c}
   * @param at the call before which it stops
   * @param forgetsLocks whether others can claim the area meanwhile
   */
  static TenureHolder start(
      PostgresSettings settings, Path directory, Path library, int at, boolean forgetsLocks)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of(directory.toString()));
    arguments.addAll(TenureHolder.arguments(settings));
    Map<String, String> environment =
        Map.of(
            "LD_PRELOAD",
            library.toString(),
            "STOP_WITHIN",
            directory + "/.soup.stockpot/",
            "STOP_ARMED",
            armed(directory).toString(),
            "STOP_AT",
            Integer.toString(at),
            forgetsLocks ? "FORGET_LOCKS" : "KEEP_LOCKS",
            "yes");
    return TenureHolder.start(CommitHolder.class, environment, arguments);
  }
}
