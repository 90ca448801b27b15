package dev.stockpot.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.cli.CommandRun;
import dev.stockpot.coordinator.order.JobSummary.MergeSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.fixtures.SafetensorsFixture;
import dev.stockpot.plan.Fraction;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.Soup;
import dev.stockpot.plan.reading.PlanReader;
import dev.stockpot.worker.cpu.CpuSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeveralSoupsTest {

  private static final List<Soup> SOUPS =
      List.of(soup("mostly-m1", 3, 7), soup("only-m0", 10, 0), soup("even", 5, 5));

  @TempDir private Path root;

  private static Soup soup(String name, int... tenths) {
    return new Soup(name, List.of(Fraction.of(tenths[0], 10), Fraction.of(tenths[1], 10)));
  }

  private MergePlan plan() throws Exception {
    for (int model = 0; model < 2; model++) {
      int[] patterns = new SplittableRandom(model).ints(3_000, 0x3c00, 0x3f80).toArray();
      SafetensorsFixture.checkpoint()
          .bits16("w", Dtype.BF16, patterns)
          .tensor("mask", Dtype.U8, List.of(2L), new byte[] {1, 2})
          .writeTo(root.resolve("m" + model));
    }
    Path plan =
        Files.writeString(
            root.resolve("plan.yaml"),
            """
            version: 1
            method: linear
            models: [{model: m0, weight: 1}, {model: m1, weight: 0}]
            output: {path: out}
            """);
    return PlanReader.read(plan).getFirst();
  }

  private static MergeSummary run(MergePlan plan) {
    try (LocalSystem system = LocalSystem.start(List.of(new CpuSettings(2)))) {
      JobUpdate.End end = system.run(plan, SOUPS, false, _ -> {});
      assertThat(end).isInstanceOf(JobUpdate.Finished.class);
      return (MergeSummary) ((JobUpdate.Finished) end).summary();
    }
  }

  @Test
  void everySoupOfOnePassIsACheckpointThatVerifyFindsSound() throws Exception {
    MergePlan plan = plan();
    assertThat(run(plan).alreadyFinished()).isFalse();
    for (Soup soup : SOUPS) {
      Path made = plan.output().path().resolve(soup.name());
      assertThat(CommandRun.of("verify", made, "--all").out())
          .startsWith("bit-identical: 2 of 2 tensors recomputed, ");
    }
    assertThat(run(plan).alreadyFinished()).isTrue();
  }
}
