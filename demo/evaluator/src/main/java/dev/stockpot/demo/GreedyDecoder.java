package dev.stockpot.demo;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Answers prompts with the most likely token, again and again. For one thread. */
final class GreedyDecoder {
  private final Llama model;
  private final CharacterTokenizer tokenizer;

  GreedyDecoder(Llama model, CharacterTokenizer tokenizer) {
    this.model = model;
    this.tokenizer = tokenizer;
  }

  /** A prompt and what has been said to it. */
  private final class Answer {
    private final Sequence sequence;
    private final StringBuilder said = new StringBuilder();
    private int[] unread;

    Answer(String prompt, int longest) {
      unread = tokenizer.encode(prompt);
      sequence = model.newSequence(unread.length + longest);
    }

    Stream<Llama.Input> unread() {
      return Arrays.stream(unread).mapToObj(token -> new Llama.Input(sequence, token));
    }

    void say(int token) {
      said.append(tokenizer.decode(token));
      unread = new int[] {token};
    }

    boolean isOpen() {
      return said.indexOf(EvaluationCase.END) < 0;
    }
  }

  /**
   * What the model says to each prompt, the prompts side by side: the text up to and with the first
   * {@link EvaluationCase#END}, or of {@code longest} tokens without one.
   *
   * @param prompts not empty, of known characters; each with {@code longest} more tokens fits the
   *     model's positions
   * @throws ArithmeticException if the model computes NaN
   */
  List<String> answer(List<String> prompts, int longest) {
    List<Answer> all = prompts.stream().map(prompt -> new Answer(prompt, longest)).toList();
    List<Answer> open = all;
    for (int i = 0; i < longest && !open.isEmpty(); i++) {
      List<float[]> logits = model.read(open.stream().flatMap(Answer::unread).toList());
      int read = 0;
      for (Answer answer : open) {
        read += answer.unread.length;
        answer.say(mostLikely(logits.get(read - 1)));
      }
      open = open.stream().filter(Answer::isOpen).toList();
    }
    return all.stream().map(answer -> answer.said.toString()).toList();
  }

  /** The first of equals. */
  private static int mostLikely(float[] logits) {
    int best = 0;
    for (int i = 0; i < logits.length; i++) {
      if (Float.isNaN(logits[i])) {
        throw new ArithmeticException("the model computes NaN");
      }
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }
}
