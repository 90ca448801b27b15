package dev.stockpot.checkpoint.problem;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong, or worth a warning, in a checkpoint.
 *
 * @param file path of the file or directory it lies in
 * @param tensor the raw name of the tensor it is about, if it is about one
 * @param message what is wrong and what to do
 */
public record Problem(String file, @Nullable String tensor, String message) {

  /** A problem of a whole file or directory. */
  public static Problem inFile(String file, String message) {
    return new Problem(file, null, message);
  }

  /** {@code file: tensor 'name': message}, fit for a terminal. */
  @Override
  public String toString() {
    String where = Printable.text(file);
    return tensor == null
        ? where + ": " + message
        : where + ": tensor " + Printable.quoted(tensor) + ": " + message;
  }
}
