package dev.stockpot.merge.planner;

import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.problem.ProblemGroups;
import dev.stockpot.checkpoint.safetensors.TensorHeader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Embeddings and heads that have other numbers of rows, one for each token, than the first's. */
final class Vocabulary {
  private static final Pattern ROWS =
      Pattern.compile(
          "(.*\\.)?(embed_tokens|wte|embed_in|word_embeddings|tok_embeddings|shared|lm_head"
              + "|embed_out|embed_tokens_per_layer)\\.(weight|bias)");

  private static final int NAMED = 4;

  /** What is said of an ingredient: all of its tensors that have these rows. */
  private record Rows(String reference, long rows, String first, long firsts) {}

  private final Map<Rows, List<String>> tensors = new LinkedHashMap<>();

  /** Whether the shapes differ in the vocabulary alone; then it is noted. */
  boolean add(Ingredient first, TensorHeader firsts, Ingredient other, TensorHeader tensor) {
    List<Long> one = firsts.shape();
    List<Long> two = tensor.shape();
    if (one.isEmpty()
        || one.size() != two.size()
        || !one.subList(1, one.size()).equals(two.subList(1, two.size()))
        || !ROWS.matcher(firsts.name()).matches()) {
      return false;
    }
    Rows rows = new Rows(other.reference(), two.getFirst(), first.reference(), one.getFirst());
    tensors.computeIfAbsent(rows, _ -> new ArrayList<>()).add(firsts.name());
    return true;
  }

  /**
   * What is to be said of each ingredient.
   *
   * @param alone whether nothing else differs
   */
  List<Problem> problems(boolean alone) {
    return tensors.entrySet().stream()
        .map(each -> problem(each.getKey(), each.getValue(), alone))
        .toList();
  }

  private static Problem problem(Rows rows, List<String> names, boolean alone) {
    boolean more = rows.rows() > rows.firsts();
    long from = Math.min(rows.rows(), rows.firsts());
    long to = Math.max(rows.rows(), rows.firsts()) - 1;
    return Problem.inFile(
        rows.reference(),
        ("has another vocabulary than %s%s: %,d rows in %s, where %s has %,d; rows %d to %d are in"
                + " %s alone. Bring all models to one tokenizer and as many rows"
                + " (resize_token_embeddings in transformers), or merge only those that agree")
            .formatted(
                rows.first(),
                alone ? ", and nothing else differs" : "",
                rows.rows(),
                ProblemGroups.patterns(names, NAMED),
                rows.first(),
                rows.firsts(),
                from,
                to,
                more ? rows.reference() : rows.first()));
  }
}
