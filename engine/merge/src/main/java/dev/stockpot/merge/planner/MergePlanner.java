package dev.stockpot.merge.planner;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoint.CheckpointFile;
import dev.stockpot.checkpoint.CheckpointLayout;
import dev.stockpot.checkpoint.SidecarFiles;
import dev.stockpot.checkpoint.Unmergeable;
import dev.stockpot.checkpoint.config.HfConfig;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.checkpoint.safetensors.OutputTensor;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.compatibility.Compatibility;
import dev.stockpot.merge.compatibility.Compatibility.NamedCheckpoint;
import dev.stockpot.merge.compatibility.QuantizationConfig;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.Soup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Plans a merge from headers alone: checks that the checkpoints fit together, lays out the output,
 * and divides it into tasks. Costs time in proportion to tensors times models.
 */
public final class MergePlanner {

  /** Changes whenever the same plan may be divided or laid out otherwise. */
  static final int VERSION = 1;

  /** Soups of one merge: with more, the smallest pieces would add up to more than a task's. */
  public static final int MOST_SOUPS = TaskDivision.MOST_SOUPS;

  private final MergePlan plan;
  private final List<Soup> soups;
  private final OptionalInt series;
  private final PlanningNotes notes = new PlanningNotes();

  private MergePlanner(MergePlan plan, List<Soup> soups, OptionalInt series) {
    this.plan = plan;
    this.soups = soups;
    this.series = series;
  }

  /**
   * Opens the headers of all inputs and plans the merge.
   *
   * @throws MergeException of kind USER_INPUT, with every problem found in every checkpoint
   */
  public static PlannedMerge plan(MergePlan plan) {
    return plan(plan, List.of(Soup.of(plan)));
  }

  /**
   * The same for several soups of the plan's models, whose own weights do not count: each lies in
   * its directory below the output, and has the bytes that it would have alone.
   *
   * @throws IllegalArgumentException if the soups are none, more than {@link #MOST_SOUPS}, or would
   *     lie in one another's place
   */
  public static PlannedMerge plan(MergePlan plan, List<Soup> soups) {
    return plan(plan, soups, OptionalInt.empty());
  }

  /**
   * The same for one merge of a series over the same models, all of which are divided alike: a
   * device may keep the ranges that it has read for the merges to come.
   *
   * @param series how many soups a merge of the series makes at most; empty for a merge of its own
   */
  public static PlannedMerge plan(MergePlan plan, List<Soup> soups, OptionalInt series) {
    long names = soups.stream().map(Soup::name).distinct().count();
    boolean inOutput = soups.stream().anyMatch(soup -> soup.name().isEmpty());
    if (soups.isEmpty()
        || soups.size() > MOST_SOUPS
        || names < soups.size()
        || series.orElse(soups.size()) < soups.size()
        || series.orElse(1) > MOST_SOUPS
        || (inOutput && soups.size() > 1)) {
      throw new IllegalArgumentException(
          "one to %d soups are made at once, each with a name of its own: %s"
              .formatted(series.orElse(MOST_SOUPS), soups.stream().map(Soup::name).toList()));
    }
    return new MergePlanner(plan, List.copyOf(soups), series).plan();
  }

  private PlannedMerge plan() {
    List<Checkpoint> checkpoints = openAll();
    List<Ingredient> ingredients = ingredients(checkpoints);
    if (!Ingredient.haveSameNames(ingredients)) {
      ingredients = new Renaming(notes).like(ingredients.get(donorIndex()), ingredients);
      ingredients = new DerivedBuffers(notes).leaveOut(ingredients);
    }
    OutputHeads heads = new OutputHeads(notes);
    ingredients = heads.decide(ingredients);
    Narrowing narrowing = new Narrowing(plan.dtypes());
    TensorAgreement agreement = new TensorAgreement(ingredients, narrowing, notes);
    List<OutputTensor> outputs = agreement.outputs();
    narrowing.tell(plan.source().toString(), notes);
    Optional<HfConfig> donorConfig = donorConfig(ingredients);
    checkSidecars();
    notes.throwIfProblems();
    List<NamedCheckpoint> named =
        ingredients.stream()
            .map(each ->
                new NamedCheckpoint(
                    plan.models().get(each.index()).reference(),
                    each.checkpoint().path(),
                    each.config()))
            .toList();
    Compatibility.problems(named).forEach(notes::problem);
    notes.throwIfProblems();
    Compatibility.warnings(named).forEach(warning -> notes.warning(warning.message()));

    CheckpointLayout layout = CheckpointLayout.of(outputs, plan.output().shardSize());
    Map<Path, Integer> fileIndex = new HashMap<>();
    List<InputFile> inputs = new ArrayList<>();
    for (Checkpoint checkpoint : checkpoints) {
      for (CheckpointFile file : checkpoint.files()) {
        if (fileIndex.putIfAbsent(file.path(), inputs.size()) == null) {
          inputs.add(InputFile.of(file));
        }
      }
    }
    List<MergePlan> alone = soups.stream().map(plan::forSoup).toList();
    List<Integer> used = usedModels(alone);
    return new PlannedMerge(
        plan,
        IntStream.range(0, soups.size())
            .mapToObj(i ->
                PlannedSoup.of(alone.get(i), soups.get(i).name(), used, inputs, notes.decisions()))
            .toList(),
        checkpoints,
        inputs,
        layout,
        new TaskDivision(
                layout,
                ingredients,
                agreement.copied(),
                fileIndex,
                used,
                series.orElse(soups.size()))
            .tasks(),
        series,
        donor(),
        mostBytes(outputs),
        heads.ownHead() && donorConfig.map(HfConfig::tiesWordEmbeddings).orElse(false),
        notes.warnings());
  }

  /** The models that have a weight in some soup. */
  private List<Integer> usedModels(List<MergePlan> alone) {
    return IntStream.range(0, plan.models().size())
        .filter(model ->
            alone.stream().anyMatch(soup -> soup.models().get(model).weight().signum() != 0))
        .boxed()
        .toList();
  }

  private List<Ingredient> ingredients(List<Checkpoint> checkpoints) {
    List<Ingredient> ingredients = new ArrayList<>();
    for (int i = 0; i < checkpoints.size(); i++) {
      Checkpoint checkpoint = checkpoints.get(i);
      Optional<HfConfig> config = config(checkpoint.path());
      config
          .flatMap(each -> QuantizationConfig.problem(checkpoint, each))
          .ifPresent(notes::problem);
      ingredients.add(
          new Ingredient(
              i,
              Printable.line(plan.models().get(i).reference()),
              checkpoint,
              config,
              checkpoint.tensors()));
    }
    return ingredients;
  }

  /** The model whose names the output's tensors have: the donor, else the first. */
  private int donorIndex() {
    return IntStream.range(0, plan.models().size())
        .filter(i -> plan.models().get(i).path().equals(donorPath()))
        .findFirst()
        .orElse(0);
  }

  private Optional<HfConfig> config(Path checkpoint) {
    try {
      return HfConfig.of(checkpoint);
    } catch (CheckpointException e) {
      if (Files.isDirectory(checkpoint)) {
        notes.problems(e.problems());
      } else {
        // What lies beside a single file may belong to another.
        notes.warnings(e.problems());
      }
      return Optional.empty();
    }
  }

  private List<Checkpoint> openAll() {
    List<Checkpoint> checkpoints = new ArrayList<>();
    for (MergePlan.Ingredient model : plan.models()) {
      try {
        Checkpoint checkpoint = Checkpoint.open(model.path());
        notes.warnings(checkpoint.warnings());
        notes.problems(Unmergeable.problems(checkpoint));
        for (String tensor : checkpoint.unlisted()) {
          notes.decision("model %d has %s".formatted(checkpoints.size(), tensor));
        }
        checkpoints.add(checkpoint);
      } catch (CheckpointException e) {
        notes.problems(e.problems());
      }
    }
    notes.throwIfProblems();
    return checkpoints;
  }

  /** The donor may be none of the models, and its config is rewritten only at the very end. */
  private Optional<HfConfig> donorConfig(List<Ingredient> ingredients) {
    return ingredients.stream()
        .filter(each -> each.checkpoint().path().equals(donorPath()))
        .findFirst()
        .map(Ingredient::config)
        .orElseGet(() -> config(donorPath()));
  }

  /** What is copied from the donor at the very end is there, and can be read. */
  private void checkSidecars() {
    Path donor = donorPath();
    if (Files.isDirectory(donor)) {
      try {
        SidecarFiles sidecars = SidecarFiles.of(donor);
        sidecars.copiedWeights().ifPresent(notes::warning);
        sidecars.leftBehind().ifPresent(notes::warning);
      } catch (CheckpointException e) {
        notes.problems(e.problems());
      }
    }
  }

  private Path donorPath() {
    return plan.donor().orElse(plan.models().getFirst().path());
  }

  private Optional<Path> donor() {
    Path donor = donorPath();
    if (Files.isDirectory(donor)) {
      if (!Files.exists(HfConfig.fileOf(donor))) {
        notes.warning(
            Problem.inFile(
                donor.toString(),
                "has no config.json, so the output gets none; name a checkpoint that has one as"
                    + " 'donor'"));
      }
      return Optional.of(donor);
    }
    notes.warning(
        Problem.inFile(
            donor.toString(),
            "is a single file, so the output gets neither config nor tokenizer; name a checkpoint"
                + " directory as 'donor'"));
    return Optional.empty();
  }

  private static Optional<Dtype> mostBytes(List<OutputTensor> outputs) {
    Map<Dtype, Long> bytes = new EnumMap<>(Dtype.class);
    for (OutputTensor output : outputs) {
      if (output.dtype().mergeable()) {
        bytes.merge(output.dtype(), output.byteSize(), Long::sum);
      }
    }
    return bytes.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
  }
}
