package dev.stockpot.coordinator.evaluate;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A place at which one evaluator runs at a time.
 *
 * @param devices the CUDA devices that it may use, by their numbers; none at all if the list is
 *     empty; empty where this process does not divide devices, and the evaluator sees what this
 *     process sees
 */
public record EvaluatorSlot(Optional<List<Integer>> devices) {

  private static final String VARIABLE = "CUDA_VISIBLE_DEVICES";

  public EvaluatorSlot {
    devices = devices.map(List::copyOf);
  }

  /** Evaluators see the devices that this process sees. */
  public static EvaluatorSlot undivided() {
    return new EvaluatorSlot(Optional.empty());
  }

  /** Evaluators see these devices, and none where the list is empty. */
  public static EvaluatorSlot of(List<Integer> devices) {
    return new EvaluatorSlot(Optional.of(devices));
  }

  /** The devices as {@code CUDA_VISIBLE_DEVICES} has them: {@code 0,1}. */
  String visible(Map<String, String> environment) {
    return devices
        .map(each -> each.stream().map(String::valueOf).collect(Collectors.joining(",")))
        .orElseGet(() -> environment.getOrDefault(VARIABLE, ""));
  }

  void restrict(Map<String, String> environment) {
    if (devices.isPresent()) {
      environment.put(VARIABLE, visible(environment));
    }
  }
}
