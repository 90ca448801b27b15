package dev.stockpot.coordinator.search;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.fixtures.SafetensorsFixture;
import dev.stockpot.plan.reading.PlanReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A search over three tiny checkpoints, all of them experts. */
final class ThreeModels {
  private ThreeModels() {}

  /**
   * Every text may be empty.
   *
   * @param refine of weights, after a comma
   * @param more lines of the plan's search
   * @param report a line of the plan's evaluate
   */
  static Search search(
      Path directory, String refine, int onDisk, String more, int parallel, String report)
      throws Exception {
    for (String model : List.of("a", "b", "c")) {
      SafetensorsFixture.checkpoint()
          .tensor("w", Dtype.F32, List.of(1L), new byte[4])
          .writeTo(directory.resolve(model));
    }
    // Each is best at one thing, and no two things go together.
    Files.writeString(
        directory.resolve("scores.csv"),
        """
        model,x,y,z
        a,9,1,5
        b,5,9,1
        c,1,5,9
        d,5,5,5
        e,8,8,1
        f,1,8,8
        g,8,1,8
        """);
    return SearchSetup.of(
        PlanReader.parseSearch(
            """
            version: 1
            method: linear
            models: [{model: a}, {model: b}, {model: c}]
            search:
              scores: scores.csv
              threshold: 0.5
              weights: {min: 0.2, max: 0.6, step: 0.2%s}
              candidates_on_disk: %d
            %s
            evaluate:
              command: [./score, "{model}", "{output}"]
              parallel: %d
            %s
            output: {path: best}
            """
                .formatted(refine, onDisk, more, parallel, report),
            Path.of("plan.yaml"),
            directory));
  }
}
