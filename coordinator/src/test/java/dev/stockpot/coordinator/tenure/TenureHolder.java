package dev.stockpot.coordinator.tenure;

import dev.stockpot.coordinator.postgres.PostgresConnections;
import dev.stockpot.coordinator.postgres.PostgresSettings;
import dev.stockpot.merge.MergeException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;

/** Another process that takes the tenure, and does with it what it is told. */
final class TenureHolder implements AutoCloseable {

  /** Before the epoch. */
  static final String HOLDS = "holds ";

  private static final String FILE = "file";

  /** Of the other process. */
  private static @Nullable ActorSystem<Notebook.Write> notebook;

  private final Process process;
  private final Path errors;
  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

  private TenureHolder(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
    Thread.ofPlatform().daemon().start(this::listen);
  }

  private void listen() {
    try {
      process.inputReader().lines().forEach(said::add);
      said.add("ended: " + Files.readString(errors));
    } catch (UncheckedIOException | IOException _) {
      // It was killed; nothing more is said.
    }
  }

  /** What the other process runs. */
  public static void main(String[] arguments) throws Exception {
    TenureOffice office =
        arguments[0].equals(FILE)
            ? new FileTenureOffice(Path.of(arguments[1]), "http://holder")
            : new PostgresTenureOffice(
                new PostgresConnections(settings(List.of(arguments))),
                "http://holder",
                why -> System.out.println("lost: " + why));
    Tenure tenure = acquired(office);
    System.out.println(HOLDS + tenure.epoch());
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String told = in.readLine(); told != null; told = in.readLine()) {
      System.out.println(
          switch (told) {
            case "act" -> outcome(tenure, in);
            case "open" -> {
              notebook = Notebook.open(settings(List.of(arguments)), tenure.epoch());
              yield written("first");
            }
            default -> written(told);
          });
    }
  }

  /** However long a busy machine's server takes to let anybody in. */
  static Tenure acquired(TenureOffice office) throws InterruptedException {
    while (true) {
      try {
        return office.acquire(Duration.ofMillis(50), new CountDownLatch(1)).orElseThrow();
      } catch (MergeException e) {
        System.err.println("asks again: " + e.getMessage());
      }
    }
  }

  private static String written(String line) {
    try {
      Notebook.write(Objects.requireNonNull(notebook), line);
      return "wrote " + line;
    } catch (CompletionException e) {
      return "not written: " + e.getMessage();
    }
  }

  /** The action lasts until another line comes. */
  private static String outcome(Tenure tenure, BufferedReader in) {
    try {
      return tenure.whileHeld(() -> {
        System.out.println("acts");
        try {
          return "acted until " + in.readLine();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    } catch (MergeException e) {
      return "refused: " + e.getMessage();
    }
  }

  static PostgresSettings settings(List<String> arguments) {
    return new PostgresSettings(
        arguments.get(0),
        arguments.get(1),
        Optional.of(Path.of(arguments.get(2))),
        arguments.get(3),
        Duration.parse(arguments.get(4)),
        Duration.ofMillis(100),
        true);
  }

  static List<String> arguments(PostgresSettings settings) {
    return List.of(
        settings.url(),
        settings.user(),
        settings.passwordFile().orElseThrow().toString(),
        settings.cluster(),
        settings.term().toString());
  }

  static TenureHolder of(Path directory) throws IOException {
    return start(TenureHolder.class, Map.of(), List.of(FILE, directory.toString()));
  }

  static TenureHolder of(PostgresSettings settings) throws IOException {
    return start(TenureHolder.class, Map.of(), arguments(settings));
  }

  static TenureHolder start(Class<?> main, Map<String, String> environment, List<String> arguments)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                main.getName()));
    command.addAll(arguments);
    Path errors = Files.createTempFile("holder", ".err");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    builder.environment().putAll(environment);
    return new TenureHolder(builder.start(), errors);
  }

  /** The next line that it says. */
  String says() throws InterruptedException {
    return Objects.requireNonNull(said.poll(2, TimeUnit.MINUTES), "the holder says nothing");
  }

  boolean isSilent() {
    return said.isEmpty();
  }

  void tell(String line) throws IOException {
    process.outputWriter().write(line + "\n");
    process.outputWriter().flush();
  }

  /** Returns when none of its threads runs any more, which a busy machine puts off. */
  void stop() throws IOException, InterruptedException {
    signal("STOP");
    while (!isStopped()) {
      Thread.onSpinWait();
    }
  }

  private boolean isStopped() throws IOException {
    try (Stream<Path> threads =
        Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
      for (Path thread : threads.toList()) {
        String status = Files.readString(thread.resolve("stat"));
        // After the name, which is in parentheses and may hold anything.
        if (status.charAt(status.lastIndexOf(')') + 2) != 'T') {
          return false;
        }
      }
      return true;
    } catch (NoSuchFileException _) {
      // A thread ended while it was looked at.
      return false;
    }
  }

  void goOn() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
    if (kill.waitFor() != 0) {
      throw new IllegalStateException("no process to signal");
    }
  }

  /** As {@code kill -9} does; returns when it is dead. */
  @Override
  public void close() {
    process.destroyForcibly();
    errors.toFile().delete();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("process " + process.pid() + " does not die");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
