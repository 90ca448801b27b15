package dev.stockpot.cli.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every setting in the files that users copy is one that this release reads. */
class SettingsFilesTest {

  private static final Pattern COMMENTED_OUT =
      Pattern.compile("^(\\s*)# ([a-z][a-z-]*\\s*=\\s*\\S.*)$", Pattern.MULTILINE);
  private static final Pattern HERE_DOCUMENT =
      Pattern.compile("<<CONF\n(.*?)\nCONF\n", Pattern.DOTALL);

  private static Config defaults() {
    return ConfigFactory.defaultReference();
  }

  private static Config parse(String text) {
    return ConfigFactory.parseString(text)
        .resolveWith(
            ConfigFactory.parseMap(Map.of("STOCKPOT_HOST", "a.example"))
                .withFallback(ConfigFactory.systemProperties()));
  }

  private static void checkKeys(Config settings) {
    assertThat(settings.entrySet()).isNotEmpty();
    assertThat(settings.entrySet())
        .allSatisfy(setting ->
            assertThat(defaults().hasPathOrNull(setting.getKey())).as(setting.getKey()).isTrue());
  }

  @ParameterizedTest
  @ValueSource(strings = {"kubernetes/gpu/coordinator.conf", "kubernetes/gpu/worker.conf"})
  void settingsOfPodsExist(String file) throws IOException {
    checkKeys(parse(ConfigFolder.text(file)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"coordinator", "worker"})
  void settingsThatCanBeUncommentedAreTheDefaults(String role) throws IOException {
    Config settings =
        parse(COMMENTED_OUT.matcher(ConfigFolder.text(role + ".conf")).replaceAll("$1$2"));
    checkKeys(settings);
    Config defaults =
        ConfigFactory.parseResources(role + ".conf").withFallback(defaults()).resolve();
    // Files of one's own have no default; these are examples.
    assertThat(settings.withoutPath("stockpot.tls").entrySet())
        .isNotEmpty()
        .allSatisfy(setting ->
            assertThat(setting.getValue().unwrapped())
                .as(setting.getKey())
                .isEqualTo(defaults.getValue(setting.getKey()).unwrapped()));
  }

  @Test
  void settingsOfTheSlurmJobExist() throws IOException {
    Matcher document = HERE_DOCUMENT.matcher(ConfigFolder.text("slurm/stockpot.sbatch"));
    assertThat(document.find()).isTrue();
    checkKeys(parse(document.group(1).replaceAll("\\$\\{.*?\\}|\\$[a-z]+", "x")));
  }

  @Test
  void podsListenAtTheUsualPorts() throws IOException {
    Config worker = parse(ConfigFolder.text("kubernetes/gpu/worker.conf"));
    assertThat(worker.getInt("stockpot.cluster.port"))
        .isEqualTo(defaults().getInt("stockpot.cluster.port"))
        .isEqualTo(KubernetesFilesTest.CLUSTER_PORT);
    assertThat(defaults().getInt("stockpot.coordinator.http.port"))
        .isEqualTo(KubernetesFilesTest.HTTP_PORT);
  }

  /** What a worker may take to end in order, with a margin for leaving the cluster. */
  static Duration leaving() throws IOException {
    return parse(ConfigFolder.text("kubernetes/gpu/worker.conf"))
        .withFallback(defaults())
        .getDuration("stockpot.worker.drain-timeout")
        .plusSeconds(20);
  }
}
