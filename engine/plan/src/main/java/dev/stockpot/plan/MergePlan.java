package dev.stockpot.plan;

import dev.stockpot.checkpoint.file.Sha256;
import dev.stockpot.checkpoint.safetensors.Dtype;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One merge: what goes in, how it is combined, what comes out.
 *
 * @param source the file that the plan was read from, as the user named it; {@code -} for standard
 *     input
 * @param models the ingredients in plan order, which is the order of the sum; at least one
 * @param normalize whether the weights are divided by their sum; without it they sum to exactly 1
 * @param dtypes those of the output's tensors
 * @param donor where config and tokenizer come from, absolute; empty for the first model
 * @param nonFinite what NaN and infinity in the result mean
 */
public record MergePlan(
    Path source,
    Method method,
    List<Ingredient> models,
    boolean normalize,
    OutputDtypes dtypes,
    Optional<Path> donor,
    Output output,
    NonFinitePolicy nonFinite)
    implements Plan {

  /** 5 GB, what the hub's own tools use. */
  public static final long DEFAULT_SHARD_SIZE = 5_000_000_000L;

  public MergePlan {
    models = List.copyOf(models);
    if (models.isEmpty()) {
      throw new IllegalArgumentException("a plan needs at least one model");
    }
  }

  /**
   * One checkpoint and its share.
   *
   * @param reference the model as the plan writes it, for messages
   * @param path absolute and normalised: a checkpoint directory or one safetensors file
   * @param weight exact, as written; 0 means that the checkpoint is checked but adds nothing
   */
  public record Ingredient(String reference, Path path, Fraction weight) {}

  /**
   * Where the soup goes.
   *
   * @param path absolute and normalised: the directory to create
   * @param shardSize the most tensor bytes in one shard; a larger tensor has a shard of its own
   */
  public record Output(Path path, long shardSize) {
    public Output {
      if (shardSize <= 0) {
        throw new IllegalArgumentException("shard size " + shardSize + " is not positive");
      }
    }
  }

  /** The plan that makes one soup of these models alone: in its directory, with its weights. */
  public MergePlan forSoup(Soup soup) {
    if (soup.weights().size() != models.size()) {
      throw new IllegalArgumentException(
          "soup '%s' has %d weights for %d models"
              .formatted(soup.name(), soup.weights().size(), models.size()));
    }
    List<Ingredient> weighted = new ArrayList<>(models.size());
    for (int i = 0; i < models.size(); i++) {
      Ingredient model = models.get(i);
      weighted.add(new Ingredient(model.reference(), model.path(), soup.weights().get(i)));
    }
    return new MergePlan(
        source,
        method,
        weighted,
        normalize,
        dtypes,
        donor,
        new Output(output.path().resolve(soup.name()), output.shardSize()),
        nonFinite);
  }

  @Override
  public List<Path> inputs() {
    return Stream.concat(models.stream().map(Ingredient::path), donor.stream()).toList();
  }

  /** The weights that the merge uses, in plan order: as written, or divided by their sum. */
  public CommonDenominator weights() {
    List<Fraction> written = models.stream().map(Ingredient::weight).toList();
    return normalize ? CommonDenominator.normalized(written) : CommonDenominator.of(written);
  }

  /**
   * SHA-256, in lower-case hex, of what decides the output's bytes: method, normalize, dtypes,
   * shard size, donor, and each model's absolute path and weight in lowest terms, in order. Neither
   * the output's path nor the policy for NaN and infinity nor the spelling of the plan is part of
   * it; a donor that is the first model anyway makes no difference.
   *
   * <p>It says nothing about the inputs' contents, which may change under an unchanged path.
   */
  public String fingerprint() {
    StringBuilder canonical = new StringBuilder("stockpot plan 1\n");
    field(canonical, "method", method.planName());
    field(canonical, "normalize", Boolean.toString(normalize));
    field(canonical, "dtype", dtypes.dtype().map(Dtype::name).orElse("inputs"));
    for (String pattern : dtypes.keepFloat32()) {
      field(canonical, "keep_float32", pattern);
    }
    field(canonical, "shard_size", Long.toString(output.shardSize()));
    field(canonical, "donor", donor.orElse(models.getFirst().path()).toString());
    for (Ingredient model : models) {
      Fraction weight = model.weight();
      field(canonical, "weight", weight.numerator() + "/" + weight.denominator());
      field(canonical, "model", model.path().toString());
    }
    return Sha256.hex(canonical.toString());
  }

  /** The length in front keeps a path with a line break from passing for two fields. */
  private static void field(StringBuilder canonical, String name, String value) {
    canonical
        .append(name)
        .append(' ')
        .append(value.length())
        .append(' ')
        .append(value)
        .append('\n');
  }
}
