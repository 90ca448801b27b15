package dev.stockpot.merge.planner;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.fixtures.SafetensorsFixture;
import dev.stockpot.plan.Fraction;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.Method;
import dev.stockpot.plan.NonFinitePolicy;
import dev.stockpot.plan.OutputDtypes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A plan under construction whose models lie in one directory, under the names of the plan. */
final class Plans {

  private final Path directory;
  private final List<MergePlan.Ingredient> models = new ArrayList<>();
  private OutputDtypes dtypes = OutputDtypes.OF_INPUTS;
  private Optional<Path> donor = Optional.empty();
  private long shardSize = 1L << 30;
  private NonFinitePolicy policy = NonFinitePolicy.FAIL;
  private String output = "soup";

  Plans(Path directory) {
    this.directory = directory;
  }

  /**
   * Writes the checkpoint, with an empty config if it has none, and adds it, with this many tenths
   * as its weight.
   */
  Plans model(String name, int tenths, SafetensorsFixture checkpoint) {
    Path config = checkpoint.writeTo(directory.resolve(name)).resolve("config.json");
    if (!Files.exists(config)) {
      write(config, "{}");
    }
    return model(name, tenths);
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Adds what stands in the directory under the name. */
  Plans model(String name, int tenths) {
    models.add(new MergePlan.Ingredient(name, directory.resolve(name), Fraction.of(tenths, 10)));
    return this;
  }

  Plans dtype(Dtype of) {
    dtypes = OutputDtypes.of(of);
    return this;
  }

  Plans keepFloat32(String... patterns) {
    dtypes = new OutputDtypes(dtypes.dtype(), List.of(patterns));
    return this;
  }

  Plans donor(String name) {
    donor = Optional.of(directory.resolve(name));
    return this;
  }

  Plans shardSize(long bytes) {
    shardSize = bytes;
    return this;
  }

  Plans policy(NonFinitePolicy nonFinite) {
    policy = nonFinite;
    return this;
  }

  Plans output(String name) {
    output = name;
    return this;
  }

  MergePlan plan() {
    return new MergePlan(
        Path.of("plan.yaml"),
        Method.LINEAR,
        models,
        false,
        dtypes,
        donor,
        new MergePlan.Output(directory.resolve(output), shardSize),
        policy);
  }

  PlannedMerge planned() {
    return MergePlanner.plan(plan());
  }
}
