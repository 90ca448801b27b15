package dev.stockpot.cli.port;

/** A peer sent what no node sends. */
final class DamagedFrameException extends Exception {

  private static final long serialVersionUID = 1;

  private final String what;

  DamagedFrameException(String what) {
    super(what, null, false, false);
    this.what = what;
  }

  /** One of a few fixed texts. */
  String what() {
    return what;
  }
}
