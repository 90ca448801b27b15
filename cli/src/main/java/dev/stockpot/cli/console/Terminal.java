package dev.stockpot.cli.console;

/**
 * What the launcher found out about the terminal, for no program can in Java without a process.
 *
 * @param out whether standard output is one
 * @param err whether standard error is one
 * @param columns of it
 * @param rows of it
 * @param color whether it may be coloured
 */
public record Terminal(boolean out, boolean err, int columns, int rows, boolean color) {

  private static final int USUAL_COLUMNS = 80;
  private static final int USUAL_ROWS = 24;

  /** Of this process. */
  public static Terminal here() {
    boolean out = Boolean.getBoolean("stockpot.terminal.out");
    String noColor = System.getenv("NO_COLOR");
    return new Terminal(
        out,
        Boolean.getBoolean("stockpot.terminal"),
        size("stockpot.terminal.columns", USUAL_COLUMNS),
        size("stockpot.terminal.rows", USUAL_ROWS),
        out && (noColor == null || noColor.isEmpty()) && !"dumb".equals(System.getenv("TERM")));
  }

  private static int size(String property, int usual) {
    Integer size = Integer.getInteger(property);
    return size == null || size <= 0 ? usual : size;
  }
}
