package dev.stockpot.coordinator.evaluate;

/** That an evaluator's files give no score for every category: names the file and the category. */
final class ScoreException extends Exception {
  @java.io.Serial private static final long serialVersionUID = 1;

  ScoreException(String message) {
    super(message);
  }
}
