package dev.stockpot.cli.embedded;

import java.io.PrintWriter;

/** Says how to go on if the process is told to end before what it does has come to its end. */
public final class StopNotice {

  private final Thread hook;

  private StopNotice(Thread hook) {
    this.hook = hook;
  }

  /** Stands from now on. */
  public static StopNotice on(PrintWriter err) {
    Thread hook =
        new Thread(() -> {
          err.println();
          err.println("stopped; run the same command again to go on from here");
          err.flush();
        });
    Runtime.getRuntime().addShutdownHook(hook);
    return new StopNotice(hook);
  }

  /** Takes it down; false if the process is ending already, and the user hears of it. */
  public boolean takeDown() {
    try {
      return Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      return false;
    }
  }
}
