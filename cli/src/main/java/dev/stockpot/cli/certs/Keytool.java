package dev.stockpot.cli.certs;

import dev.stockpot.merge.MergeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The JDK's own tool for certificates, as a process: Java has no public way to sign one.
 *
 * @param program the tool's file
 */
record Keytool(Path program) {

  private static final long SECONDS = 60;

  /** That of the Java that runs this. */
  static Keytool ofThisJava() {
    Path program = Path.of(System.getProperty("java.home"), "bin", "keytool");
    if (!Files.isExecutable(program)) {
      throw MergeException.environment(
          "'%s' is not there: set STOCKPOT_JAVA_HOME to a whole JDK 25".formatted(program), null);
    }
    return new Keytool(program);
  }

  /**
   * Makes an elliptic key pair and its certificate, valid from yesterday, so that nodes whose
   * clocks differ agree on it.
   *
   * @param store PKCS12; made if it is not there
   * @param passwordFile of the store; the password itself stands on no command line
   */
  void generate(
      Path store, Path passwordFile, String alias, String name, int days, List<String> more) {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-Duser.language=en", "-genkeypair"));
    command.addAll(List.of("-alias", alias, "-dname", "CN=" + name));
    command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
    command.addAll(List.of("-sigalg", "SHA256withECDSA"));
    command.addAll(List.of("-startdate", "-1d", "-validity", Integer.toString(days + 1)));
    command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12"));
    command.addAll(List.of("-storepass:file", passwordFile.toString()));
    command.addAll(more);
    run(command);
  }

  private static void run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      await(process);
      if (process.exitValue() != 0) {
        String printed =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        throw MergeException.environment("keytool failed: " + printed.strip(), null);
      }
    } catch (IOException e) {
      throw MergeException.environment("keytool cannot be run: " + e.getMessage(), e);
    }
  }

  /** It prints a few lines at most, which wait in the pipe. */
  private static void await(Process process) {
    boolean ended = false;
    try {
      ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!ended) {
      process.destroyForcibly();
      throw MergeException.environment("keytool did not end within " + SECONDS + " seconds", null);
    }
  }
}
