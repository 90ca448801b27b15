package dev.stockpot.merge;

import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.merge.plan.NonFinitePolicy;
import java.util.List;

/**
 * What all tasks of one job share.
 *
 * @param job id of the job
 * @param models the models as the plan names them, for messages
 * @param inputs absolute paths of the input files
 * @param weights of the models with a weight other than zero, in plan order
 * @param staging absolute path of the directory that holds the shards until they are committed
 * @param shards file names of the output shards
 */
public record MergeSpec(
    String job,
    List<String> models,
    List<String> inputs,
    IntegerWeights weights,
    String staging,
    List<String> shards,
    NonFinitePolicy nonFinite) {

  public MergeSpec {
    models = List.copyOf(models);
    inputs = List.copyOf(inputs);
    shards = List.copyOf(shards);
  }
}
