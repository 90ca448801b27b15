package dev.stockpot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the launcher tells the JVM's compiler is understood, and about methods that exist. */
final class CompileCommandsTest {

  private static final Path FILE = Path.of("../config/compile-commands");
  private static final Pattern METHOD = Pattern.compile("\\w+ ([\\w.$]+)::(\\w*)(\\*?)( .*)?");

  static List<String> commands() throws IOException {
    try (Stream<String> lines = Files.lines(FILE)) {
      return lines.filter(line -> !line.startsWith("#") && !line.equals("quiet")).toList();
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void aCommandNamesAMethod(String command) throws ClassNotFoundException {
    Matcher matcher = METHOD.matcher(command);
    assertThat(matcher.matches()).isTrue();
    Class<?> type = Class.forName(matcher.group(1), false, getClass().getClassLoader());
    String name = matcher.group(2);
    boolean prefix = !matcher.group(3).isEmpty();
    assertThat(Arrays.stream(type.getDeclaredMethods()).map(method -> method.getName()))
        .anyMatch(each -> prefix ? each.startsWith(name) : each.equals(name));
  }

  @Test
  void theJvmUnderstandsTheFileAndKeepsQuiet() throws IOException, InterruptedException {
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:CompileCommandFile=" + FILE,
                "-version")
            .redirectErrorStream(true)
            .start();
    String said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(java.waitFor()).as(said).isZero();
    assertThat(said).doesNotContain("CompileCommand");
  }
}
