package dev.stockpot.coordinator.evaluate;

import java.nio.file.Path;
import java.util.List;

/**
 * A checkpoint to score.
 *
 * @param model the checkpoint's directory, absolute; it has to stay until the evaluation has ended
 * @param output where the evaluator writes, absolute: this evaluation's alone. It is created; of
 *     what an earlier run left there, only score files are deleted, so that an evaluator may go on
 *     from its own partial results.
 * @param hash names the content that is scored
 * @param categories that need a score, all of them
 */
public record EvaluationRequest(Path model, Path output, String hash, List<String> categories) {
  public EvaluationRequest {
    categories = List.copyOf(categories);
  }
}
