package dev.stockpot.merge.planner;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.TensorLocation;
import dev.stockpot.checkpoint.config.HfConfig;
import dev.stockpot.checkpoint.safetensors.TensorHeader;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;

/**
 * A checkpoint of the plan, its tensors under the names that they have in the output.
 *
 * @param index in the plan
 * @param reference what the plan calls it, fit for a terminal
 * @param config empty where there is none
 * @param tensors in the checkpoint's order
 */
record Ingredient(
    int index,
    String reference,
    Checkpoint checkpoint,
    Optional<HfConfig> config,
    SequencedMap<String, TensorLocation> tensors) {

  Ingredient {
    tensors = Collections.unmodifiableSequencedMap(tensors);
  }

  SequencedSet<String> names() {
    return tensors.sequencedKeySet();
  }

  Optional<TensorHeader> tensor(String name) {
    return Optional.ofNullable(tensors.get(name)).map(TensorLocation::header);
  }

  /** Whether the config says, or its model type means, that the head is the embeddings. */
  boolean tied() {
    return config.map(HfConfig::tiesWordEmbeddings).orElse(false);
  }

  /** Whether the tensors of all have the same names, as they mostly do. */
  static boolean haveSameNames(List<Ingredient> all) {
    return all.stream().allMatch(each -> each.names().equals(all.getFirst().names()));
  }

  /** The same with other tensors. */
  Ingredient with(SequencedMap<String, TensorLocation> others) {
    return new Ingredient(index, reference, checkpoint, config, others);
  }

  /** The same with one tensor more. */
  Ingredient and(String name, TensorLocation tensor) {
    SequencedMap<String, TensorLocation> more = new LinkedHashMap<>(tensors);
    more.put(name, tensor);
    return with(more);
  }

  /** The same without some of its tensors. */
  Ingredient without(SequencedSet<String> names) {
    SequencedMap<String, TensorLocation> fewer = new LinkedHashMap<>();
    for (Map.Entry<String, TensorLocation> tensor : tensors.entrySet()) {
      if (!names.contains(tensor.getKey())) {
        fewer.put(tensor.getKey(), tensor.getValue());
      }
    }
    return with(fewer);
  }
}
