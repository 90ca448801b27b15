package dev.stockpot.demo;

import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Scores a checkpoint: how often it gives exactly the right answer. */
public final class Evaluator {
  /** Prompts side by side: enough for weights to be read from memory seldom. */
  private static final int BATCH = 32;

  private final Path directory;
  private final Llama model;
  private final CharacterTokenizer tokenizer;

  private record Batch(String category, int longest, List<EvaluationCase> cases) {}

  private Evaluator(Path directory, Llama model, CharacterTokenizer tokenizer) {
    this.directory = directory;
    this.model = model;
    this.tokenizer = tokenizer;
  }

  /**
   * Reads a checkpoint directory and asks it all cases, on this thread and those of the common
   * pool.
   *
   * @param cases JSON lines of category, prompt and answer
   * @throws CheckpointException if the checkpoint is no small Llama with a character tokenizer, or
   *     computes NaN
   * @throws CaseException if a line is no case, or one that the model cannot be asked
   */
  public static Scores evaluate(Path model, Path cases) throws IOException {
    List<EvaluationCase> all = EvaluationCase.readAll(cases);
    Llama llama = Llama.read(model);
    CharacterTokenizer tokenizer = CharacterTokenizer.read(model, llama.config().vocabularySize());
    return new Evaluator(model, llama, tokenizer).score(all);
  }

  private Scores score(List<EvaluationCase> cases) {
    List<Batch> batches = batches(cases);
    List<Integer> right = batches.parallelStream().map(this::rightAnswers).toList();
    SequencedMap<String, Scores.Tally> tallies = new LinkedHashMap<>();
    for (int i = 0; i < batches.size(); i++) {
      Batch batch = batches.get(i);
      Scores.Tally tally = new Scores.Tally(right.get(i), batch.cases().size());
      tallies.merge(batch.category(), tally, Scores.Tally::plus);
    }
    return new Scores(tallies);
  }

  private List<Batch> batches(List<EvaluationCase> cases) {
    Map<String, List<EvaluationCase>> categories = new LinkedHashMap<>();
    cases.forEach(
        each -> categories.computeIfAbsent(each.category(), _ -> new ArrayList<>()).add(each));
    List<Batch> batches = new ArrayList<>();
    categories.forEach((category, group) -> {
      int longest = group.stream().mapToInt(each -> each.answer().length()).max().orElseThrow();
      group.forEach(each -> check(each, longest));
      for (int from = 0; from < group.size(); from += BATCH) {
        int to = Math.min(from + BATCH, group.size());
        batches.add(new Batch(category, longest, group.subList(from, to)));
      }
    });
    return batches;
  }

  private void check(EvaluationCase each, int longest) {
    tokenizer
        .unknownIn(each.prompt())
        .ifPresent(c -> {
          throw new CaseException(
              each.place(),
              "the tokenizer of %s knows no %s, which is in the prompt %s"
                  .formatted(
                      directory,
                      Printable.quoted(Character.toString(c)),
                      Printable.quoted(each.prompt())));
        });
    if (each.prompt().length() + longest > model.positions()) {
      throw new CaseException(
          each.place(),
          "prompt and answer need %d tokens, and the model has %d positions; shorten the case"
              .formatted(each.prompt().length() + longest, model.positions()));
    }
  }

  private int rightAnswers(Batch batch) {
    List<String> prompts = batch.cases().stream().map(EvaluationCase::prompt).toList();
    List<String> said;
    try {
      said = new GreedyDecoder(model, tokenizer).answer(prompts, batch.longest());
    } catch (ArithmeticException _) {
      throw new CheckpointException(
          Problem.inFile(
              directory.toString(),
              "computes NaN for prompts of '%s'; its weights are damaged"
                  .formatted(Printable.text(batch.category()))));
    }
    int right = 0;
    for (int i = 0; i < said.size(); i++) {
      if (said.get(i).equals(batch.cases().get(i).answer())) {
        right++;
      }
    }
    return right;
  }

  /** A case cannot be asked; the message names file and line, and says what to mend. */
  public static final class CaseException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    CaseException(String place, String message) {
      super(place + ": " + message);
    }
  }
}
