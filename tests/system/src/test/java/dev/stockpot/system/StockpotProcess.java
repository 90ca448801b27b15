package dev.stockpot.system;

import dev.stockpot.cli.Main;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.opentest4j.AssertionFailedError;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The {@code stockpot} command in a JVM of its own, its output in files. */
public final class StockpotProcess implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int POLL_MILLIS = 2;

  private static final Pattern TOTAL_OF_HISTOGRAM = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");

  private final Process process;
  private final Path out;
  private final Path err;
  private final long startNanos = System.nanoTime();

  /** A process that has ended, and what it said. */
  public record Ended(int status, String out, String err) {
    /** Standard output, which is one JSON object. */
    JsonNode json() {
      return JsonMapper.shared().readTree(out);
    }
  }

  private StockpotProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * Starts the command with the jars, the module flags and the native libraries of this very JVM.
   */
  public static StockpotProcess start(Path directory, String... arguments) {
    return start(List.of(), directory, arguments);
  }

  /**
   * The same with further flags of the JVM; {@code -Xint} makes a process slow enough to be met at
   * work.
   */
  static StockpotProcess start(List<String> flags, Path directory, String... arguments) {
    return start(List.of(), flags, directory, arguments);
  }

  /** The same, started by another command that becomes this one, such as {@code ip netns exec}. */
  static StockpotProcess start(
      List<String> prefix, List<String> flags, Path directory, String... arguments) {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Small merges start without vectors, as by the launcher.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--") || flag.startsWith("-Djava.library.path="))
        .filter(flag -> !flag.startsWith("--add-modules"))
        .forEach(command::add);
    command.addAll(FastStart.flags(arguments[0]));
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-Xmx256m",
            // Halves the time of a short run: on few cores the optimising compiler is in its way.
            "-XX:TieredStopAtLevel=1"));
    command.addAll(flags);
    command.addAll(List.of("-cp", FastStart.CLASS_PATH, Main.class.getName()));
    command.addAll(List.of(arguments));
    try {
      Path out = Files.createTempFile("stockpot-", ".out");
      Path err = Files.createTempFile("stockpot-", ".err");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      // Where workers hold their names: not in the home of whoever runs the tests.
      builder
          .environment()
          .putIfAbsent("XDG_STATE_HOME", Path.of("target/state").toAbsolutePath().toString());
      Process process = builder.start();
      return new StockpotProcess(process, out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs the command to its end. */
  static Ended run(Path directory, String... arguments) throws InterruptedException {
    try (StockpotProcess process = start(directory, arguments)) {
      return process.await();
    }
  }

  long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  boolean endsWithin(Duration time) throws InterruptedException {
    return process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Waits until something is so, for as long as the process lives; false if it ended before. */
  boolean livesUntil(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        return false;
      }
      if (System.nanoTime() - startNanos > LIMIT.toNanos()) {
        throw new AssertionFailedError("did not come about within " + LIMIT);
      }
    }
    return process.isAlive();
  }

  /** Time of all cores that the process has had so far; what it has of progress on any machine. */
  Duration cpuTime() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Bytes of its heap that are in use, after a collection. */
  long liveHeap() throws InterruptedException {
    try {
      Process jcmd =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                  Long.toString(pid()),
                  "GC.class_histogram")
              .redirectErrorStream(true)
              .start();
      String printed = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (jcmd.waitFor() != 0) {
        throw new AssertionFailedError("jcmd: " + printed);
      }
      Matcher total = TOTAL_OF_HISTOGRAM.matcher(printed);
      if (!total.find()) {
        throw new AssertionFailedError("jcmd: " + printed);
      }
      return Long.parseLong(total.group(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the process by SIGKILL; false if it had ended by itself. */
  public boolean kill() throws InterruptedException {
    boolean alive = process.isAlive();
    process.destroyForcibly().waitFor();
    return alive && process.exitValue() == 128 + 9;
  }

  /** As {@link #kill}; returns when all that it had started has ended too. */
  boolean killAndAwaitWhatItStarted() throws InterruptedException {
    // Stopped, it starts nothing more.
    signal("STOP");
    List<ProcessHandle> started = process.descendants().toList();
    boolean killed = kill();
    started.forEach(each -> each.onExit().join());
    return killed;
  }

  /** Sends a signal such as {@code STOP}. */
  public void signal(String name) throws InterruptedException {
    try {
      int status =
          new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
              .inheritIO()
              .start()
              .waitFor();
      if (status != 0) {
        throw new AssertionFailedError("kill -" + name + " " + pid() + " ended in " + status);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Ended await() throws InterruptedException {
    if (!endsWithin(LIMIT)) {
      kill();
      throw new AssertionFailedError("still runs after " + LIMIT + "; it said:\n" + read(err));
    }
    return new Ended(
        process.exitValue(), read(out), read(err).lines().collect(Collectors.joining("\n")));
  }

  /** What it has said on standard error so far. */
  public String said() {
    return read(err);
  }

  /** What it has said on standard output so far. */
  String printed() {
    return read(out);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
    try {
      Files.delete(out);
      Files.delete(err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
