package dev.stockpot.coordinator.evaluate;

/** That an evaluator's command cannot be run, by the user's mistake or for want of permission. */
public final class EvaluatorCommandException extends Exception {
  @java.io.Serial private static final long serialVersionUID = 1;

  private final int argument;

  EvaluatorCommandException(int argument, String message) {
    super(message);
    this.argument = argument;
  }

  /** Which item of the command is meant, from 0: the program; -1 for the command as a whole. */
  public int argument() {
    return argument;
  }
}
