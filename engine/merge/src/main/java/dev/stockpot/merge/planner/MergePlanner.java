package dev.stockpot.merge.planner;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.CheckpointFile;
import dev.stockpot.checkpoint.CheckpointLayout;
import dev.stockpot.checkpoint.Dtype;
import dev.stockpot.checkpoint.HfConfig;
import dev.stockpot.checkpoint.OutputTensor;
import dev.stockpot.checkpoint.PlacedTensor;
import dev.stockpot.checkpoint.Problem;
import dev.stockpot.checkpoint.TensorHeader;
import dev.stockpot.checkpoint.TensorLocation;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.Operation;
import dev.stockpot.merge.TensorTask.SourceRange;
import dev.stockpot.merge.compatibility.Compatibility;
import dev.stockpot.merge.compatibility.NamedCheckpoint;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.merge.plan.CommonDenominator;
import dev.stockpot.merge.plan.MergePlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Plans a merge from headers alone: checks that the checkpoints fit together, lays out the output,
 * and divides it into tasks. Costs time in proportion to tensors times models.
 */
public final class MergePlanner {

  /** Changes whenever the same plan may be divided or laid out otherwise. */
  static final int VERSION = 1;

  /** Elements of a merged piece: 8 MiB of BF16, so a 70B model is about 17,000 tasks. */
  static final long PIECE_ELEMENTS = 4L << 20;

  /** Bytes of a copied piece. */
  static final long PIECE_BYTES = 8L << 20;

  private final MergePlan plan;
  private final List<String> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  private MergePlanner(MergePlan plan) {
    this.plan = plan;
  }

  /**
   * Opens the headers of all inputs and plans the merge.
   *
   * @throws MergeException of kind USER_INPUT, with every problem found in every checkpoint
   */
  public static PlannedMerge plan(MergePlan plan) {
    return new MergePlanner(plan).plan();
  }

  private PlannedMerge plan() {
    List<Checkpoint> checkpoints = openAll();
    List<Ingredient> ingredients = new ArrayList<>();
    for (int i = 0; i < checkpoints.size(); i++) {
      ingredients.add(
          Ingredient.of(i, plan.models().get(i).reference(), checkpoints.get(i), problems));
    }
    List<OutputTensor> outputs =
        new TensorAgreement(ingredients, plan.dtype(), problems, warnings).outputs();
    plan.donor().ifPresent(this::checkDonor);
    throwIfAny(problems);
    Compatibility.warnings(
            plan.models().stream()
                .map(model -> new NamedCheckpoint(model.reference(), model.path()))
                .toList())
        .forEach(warning -> warnings.add(warning.message()));

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
    CommonDenominator weights = plan.weights();
    return new PlannedMerge(
        plan,
        checkpoints,
        inputs,
        layout,
        new IntegerWeights(
            weights.numerators().stream().filter(n -> n != 0).toList(), weights.denominator()),
        tasks(layout, checkpoints, fileIndex, weights),
        donor(),
        mostBytes(outputs),
        warnings);
  }

  private List<Checkpoint> openAll() {
    List<Checkpoint> checkpoints = new ArrayList<>();
    for (MergePlan.Ingredient model : plan.models()) {
      try {
        Checkpoint checkpoint = Checkpoint.open(model.path());
        checkpoint.warnings().stream().map(Problem::toString).forEach(warnings::add);
        checkpoints.add(checkpoint);
      } catch (CheckpointException e) {
        e.problems().stream().map(Problem::toString).forEach(problems::add);
      }
    }
    throwIfAny(problems);
    return checkpoints;
  }

  /** The donor may be none of the models, and its config is rewritten only at the very end. */
  private void checkDonor(Path donor) {
    Path config = donor.resolve(HfConfig.FILE_NAME);
    if (plan.models().stream().anyMatch(model -> model.path().equals(donor))
        || !Files.exists(config)) {
      return;
    }
    try {
      HfConfig.read(config);
    } catch (CheckpointException e) {
      e.problems().stream().map(Problem::toString).forEach(problems::add);
    }
  }

  private Optional<Path> donor() {
    Path donor = plan.donor().orElse(plan.models().getFirst().path());
    if (Files.isDirectory(donor)) {
      return Optional.of(donor);
    }
    warnings.add(
        donor
            + ": is a single file, so the output gets neither config nor tokenizer; name a"
            + " checkpoint directory as 'donor'");
    return Optional.empty();
  }

  private List<TensorTask> tasks(
      CheckpointLayout layout,
      List<Checkpoint> checkpoints,
      Map<Path, Integer> fileIndex,
      CommonDenominator weights) {
    List<TensorTask> tasks = new ArrayList<>();
    // Copies first: whether the inputs agree in them is the one thing that headers do not tell.
    for (Operation operation : List.of(Operation.COPY, Operation.MERGE)) {
      for (PlacedTensor placed : layout.tensors()) {
        Operation needed = placed.tensor().dtype().mergeable() ? Operation.MERGE : Operation.COPY;
        if (needed != operation || placed.byteSize() == 0) {
          continue;
        }
        List<SourceRange> whole = new ArrayList<>();
        for (int model = 0; model < checkpoints.size(); model++) {
          if (operation == Operation.MERGE && weights.numerators().get(model) == 0) {
            continue;
          }
          TensorLocation at =
              Objects.requireNonNull(checkpoints.get(model).tensors().get(placed.name()));
          whole.add(
              new SourceRange(
                  Objects.requireNonNull(fileIndex.get(at.file().path())),
                  model,
                  at.offset(),
                  at.header().byteSize(),
                  at.header().dtype()));
        }
        split(placed, operation, whole, tasks);
      }
    }
    return tasks;
  }

  private static void split(
      PlacedTensor placed, Operation operation, List<SourceRange> whole, List<TensorTask> tasks) {
    boolean merge = operation == Operation.MERGE;
    long elements = merge ? placed.byteSize() / placed.tensor().dtype().bytes() : placed.byteSize();
    long piece = merge ? PIECE_ELEMENTS : PIECE_BYTES;
    for (long first = 0; first < elements; first += piece) {
      long count = Math.min(piece, elements - first);
      List<SourceRange> sources = new ArrayList<>(whole.size());
      for (SourceRange range : whole) {
        long width = merge ? range.dtype().bytes() : 1;
        sources.add(
            new SourceRange(
                range.input(),
                range.model(),
                range.offset() + first * width,
                count * width,
                range.dtype()));
      }
      long width = merge ? placed.tensor().dtype().bytes() : 1;
      tasks.add(
          new TensorTask(
              tasks.size(),
              placed.name(),
              operation,
              first,
              count,
              sources,
              placed.tensor().dtype(),
              placed.shard(),
              placed.offset() + first * width,
              count * width));
    }
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

  private static void throwIfAny(List<String> problems) {
    if (!problems.isEmpty()) {
      throw MergeException.userInput(String.join("\n", problems));
    }
  }

  /** A checkpoint under the name that the plan gives it. */
  record Ingredient(int index, String reference, Checkpoint checkpoint, boolean tied) {

    static Ingredient of(
        int index, String reference, Checkpoint checkpoint, List<String> problems) {
      boolean tied = false;
      Path config = checkpoint.path().resolve(HfConfig.FILE_NAME);
      if (Files.isDirectory(checkpoint.path()) && Files.exists(config)) {
        try {
          HfConfig facts = HfConfig.read(config);
          tied = Boolean.TRUE.equals(facts.tieWordEmbeddings());
          if (facts.quantized()) {
            problems.add(
                config
                    + ": this checkpoint is quantized (quantization_config), and an average of its"
                    + " codes means nothing; dequantize it first");
          }
        } catch (CheckpointException e) {
          e.problems().stream().map(Problem::toString).forEach(problems::add);
        }
      }
      return new Ingredient(index, reference, checkpoint, tied);
    }

    Optional<TensorHeader> tensor(String name) {
      return Optional.ofNullable(checkpoint.tensors().get(name)).map(TensorLocation::header);
    }
  }
}
