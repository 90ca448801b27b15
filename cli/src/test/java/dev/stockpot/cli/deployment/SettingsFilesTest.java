package dev.stockpot.cli.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.cli.settings.NodeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every setting in the files that users copy is one that this release reads. */
class SettingsFilesTest {

  private static final Pattern HERE_DOCUMENT =
      Pattern.compile("<<CONF\n(.*?)\nCONF\n", Pattern.DOTALL);

  @TempDir private Path directory;

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

  @Test
  void theFilesThatShowDefaultsAreThese() throws IOException {
    Set<String> showing = new TreeSet<>();
    for (String file : ConfigFolder.files(".conf")) {
      if (!CommentedDefaults.each(file).isEmpty()) {
        showing.add(file);
      }
    }
    assertThat(showing).containsExactly("coordinator.conf", "stockpot.conf", "worker.conf");
  }

  private Config node(String role, String text) throws IOException {
    Path file = Files.writeString(directory.resolve("node.conf"), text);
    return NodeConfig.load(role, Optional.of(file), ConfigFactory.empty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"coordinator", "worker"})
  void whatANodesFileShowsIsTheDefaultAloneAndWithAllOthers(String role) throws IOException {
    Config defaults = NodeConfig.load(role, Optional.empty(), ConfigFactory.empty());
    assertThat(defaults.getStringList("stockpot." + role + ".roots"))
        .containsExactly(System.getProperty("user.home"));
    assertThat(node(role, CommentedDefaults.all(role + ".conf"))).isEqualTo(defaults);
    List<String> alone = CommentedDefaults.each(role + ".conf");
    assertThat(alone).hasSizeGreaterThan(10);
    for (String text : alone) {
      assertThat(node(role, text)).as(text).isEqualTo(defaults);
    }
  }

  @Test
  void everySettingOfANodeStandsInItsFileUnlessItIsInternal() throws IOException {
    Set<String> settings = ReferenceSettings.forUsers();
    assertThat(settings).contains("stockpot.coordinator.http.url", "stockpot.worker.threads");
    Map<String, List<String>> sections =
        Map.of(
            "coordinator",
            List.of(
                "stockpot.coordinator.",
                "stockpot.cluster.",
                "stockpot.log.",
                "stockpot.metrics.",
                "stockpot.tls."),
            "worker",
            List.of(
                "stockpot.worker.",
                "stockpot.cluster.",
                "stockpot.log.",
                "stockpot.metrics.",
                "stockpot.tls."));
    Set<String> missed = new TreeSet<>(settings);
    for (Map.Entry<String, List<String>> role : sections.entrySet()) {
      Set<String> shown =
          ReferenceSettings.keys(parse(CommentedDefaults.all(role.getKey() + ".conf")).root());
      missed.removeAll(shown);
      Set<String> expected =
          settings.stream()
              .filter(key -> role.getValue().stream().anyMatch(key::startsWith))
              // Only workers look for a coordinator.
              .filter(key ->
                  role.getKey().equals("worker")
                      || !Set.of("stockpot.cluster.seeds", "stockpot.cluster.rejoin-after")
                          .contains(key))
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(shown).as(role.getKey() + ".conf").isEqualTo(expected);
    }
    assertThat(missed).as("in neither file, and not said to be internal").isEmpty();
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
    assertThat(worker.getInt("stockpot.metrics.port")).isEqualTo(KubernetesFilesTest.METRICS_PORT);
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
