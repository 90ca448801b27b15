package dev.stockpot.cli.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The Kubernetes manifests parse, hang together, and fit this release. */
class KubernetesFilesTest {

  static final int CLUSTER_PORT = 7624;
  static final int HTTP_PORT = 7625;
  static final int METRICS_PORT = 7626;

  /** Of the coordinator's API, and of a worker's port for metrics. */
  private static final Set<String> PROBED = Set.of("/v1/health", "/v1/ready", "/health", "/ready");

  private static final Set<String> SECRETS =
      Set.of("stockpot-token", "stockpot-tls", "stockpot-postgres");

  /** Steps down through maps, and lists by index. */
  private static Object at(Object node, Object... path) {
    Object here = node;
    for (Object step : path) {
      here =
          switch (here) {
            case Map<?, ?> map -> map.get(step);
            case List<?> list -> list.get((Integer) step);
            default -> throw new AssertionError(step + " of " + here);
          };
      assertThat(here).as(step + " of " + List.of(path)).isNotNull();
    }
    return here;
  }

  private static List<?> list(Object node, Object... path) {
    return (List<?>) at(node, path);
  }

  private static String text(Object node, Object... path) {
    return String.valueOf(at(node, path));
  }

  private static List<Object> documents(Path file) throws IOException {
    List<Object> documents = new ArrayList<>();
    new Load(LoadSettings.builder().setLabel(file.toString()).build())
        .loadAllFromString(Files.readString(file))
        .forEach(documents::add);
    return documents;
  }

  private static List<Object> objects() throws IOException {
    List<Object> all = new ArrayList<>();
    for (Path file : ConfigFolder.filesOf("kubernetes")) {
      if (file.toString().endsWith(".yaml")) {
        all.addAll(documents(file));
      }
    }
    return all;
  }

  private static List<Object> objects(String... kinds) throws IOException {
    List<Object> some =
        objects().stream().filter(object -> List.of(kinds).contains(text(object, "kind"))).toList();
    assertThat(some).isNotEmpty();
    return some;
  }

  private static List<Object> workloads() throws IOException {
    return objects("StatefulSet", "DaemonSet");
  }

  @Test
  void everyObjectSaysWhatItIs() throws IOException {
    for (Object object : objects()) {
      assertThat(text(object, "apiVersion")).isNotBlank();
      if (!text(object, "kind").equals("Kustomization")) {
        assertThat(text(object, "metadata", "name")).matches("[a-z0-9-]+");
      }
    }
    assertThat(objects()).hasSize(9);
  }

  @Test
  void kustomizationsNameFilesThatAreThere() throws IOException {
    for (String folder : List.of("gpu", "cpu")) {
      Path file = ConfigFolder.file("kubernetes/" + folder + "/kustomization.yaml");
      Object kustomization = documents(file).getFirst();
      for (Object resource : list(kustomization, "resources")) {
        assertThat(file.resolveSibling(resource.toString())).exists();
      }
    }
    Object gpu = documents(ConfigFolder.file("kubernetes/gpu/kustomization.yaml")).getFirst();
    assertThat(text(gpu, "configMapGenerator", 0, "name")).isEqualTo("stockpot-settings");
    for (Object settings : list(gpu, "configMapGenerator", 0, "files")) {
      assertThat(ConfigFolder.file("kubernetes/gpu/" + settings)).exists();
    }
  }

  /** Kubernetes takes each patch for an error whose path is not there. */
  @Test
  void theVariantForCpusRemovesWhatIsThere() throws IOException {
    Object worker = objects("DaemonSet").getFirst();
    Object patches = documents(ConfigFolder.file("kubernetes/cpu/kustomization.yaml")).getFirst();
    Object patch =
        new Load(LoadSettings.builder().build())
            .loadFromString(text(patches, "patches", 0, "patch"));
    for (Object operation : list(patch)) {
      Object[] path =
          Stream.of(text(operation, "path").substring(1).split("/"))
              .map(step -> step.replace("~1", "/"))
              .map(step -> step.matches("\\d+") ? (Object) Integer.valueOf(step) : step)
              .toArray();
      assertThat(at(worker, path)).isNotNull();
    }
  }

  @Test
  void selectorsMatchTheirPods() throws IOException {
    Set<Object> pods = new HashSet<>();
    for (Object workload : workloads()) {
      Object labels = at(workload, "spec", "template", "metadata", "labels");
      Object selected = at(workload, "spec", "selector", "matchLabels");
      assertThat(((Map<?, ?>) labels).entrySet().containsAll(((Map<?, ?>) selected).entrySet()))
          .isTrue();
      pods.add(selected);
    }
    for (Object service : objects("Service")) {
      assertThat(pods).contains(at(service, "spec", "selector"));
    }
  }

  @Test
  void podsAreConfinedBoundedAndGivenTimeToEnd() throws IOException {
    for (Object workload : workloads()) {
      Object pod = at(workload, "spec", "template", "spec");
      assertThat(at(pod, "securityContext", "runAsNonRoot")).isEqualTo(true);
      assertThat((Integer) at(pod, "terminationGracePeriodSeconds")).isGreaterThan(30);
      Object container = at(pod, "containers", 0);
      assertThat(text(container, "resources", "limits", "memory")).matches("\\d+Gi");
      assertThat(at(container, "securityContext", "readOnlyRootFilesystem")).isEqualTo(true);
      assertThat(at(container, "securityContext", "allowPrivilegeEscalation")).isEqualTo(false);
      assertThat(at(container, "livenessProbe")).isNotNull();
    }
    Object worker = at(objects("DaemonSet").getFirst(), "spec", "template", "spec");
    assertThat((Integer) at(worker, "terminationGracePeriodSeconds"))
        .isGreaterThan((int) SettingsFilesTest.leaving().toSeconds());
  }

  @Test
  void portsAreOursAndProbesNameThem() throws IOException {
    Map<String, Integer> ours =
        Map.of("cluster", CLUSTER_PORT, "http", HTTP_PORT, "metrics", METRICS_PORT);
    for (Object workload : workloads()) {
      Object container = at(workload, "spec", "template", "spec", "containers", 0);
      Set<String> named = new HashSet<>();
      for (Object port : list(container, "ports")) {
        named.add(text(port, "name"));
        assertThat(at(port, "containerPort")).isEqualTo(ours.get(text(port, "name")));
      }
      for (Object probe : list(probes(container))) {
        assertThat(named).contains(text(probe, "port"));
        if (((Map<?, ?>) probe).containsKey("path")) {
          assertThat(PROBED).contains(text(probe, "path"));
          assertThat(text(probe, "path").startsWith("/v1/"))
              .isEqualTo(text(probe, "port").equals("http"));
        }
      }
    }
    for (Object service : objects("Service")) {
      for (Object port : list(service, "spec", "ports")) {
        assertThat(at(port, "port")).isEqualTo(ours.get(text(port, "name")));
      }
    }
  }

  private static List<Object> probes(Object container) {
    return ((Map<?, ?>) container)
        .entrySet().stream()
            .filter(field -> field.getKey().toString().endsWith("Probe"))
            .map(field -> (Map<?, ?>) field.getValue())
            .map(probe -> Objects.requireNonNullElse(probe.get("httpGet"), probe.get("tcpSocket")))
            .map(Object.class::cast)
            .toList();
  }

  @Test
  void everyMountHasAVolumeAndEveryVolumeASource() throws IOException {
    Set<String> claims = new HashSet<>();
    for (Object claim : objects("PersistentVolumeClaim")) {
      claims.add(text(claim, "metadata", "name"));
    }
    for (Object workload : workloads()) {
      Object pod = at(workload, "spec", "template", "spec");
      Set<String> volumes = new HashSet<>();
      for (Object volume : list(pod, "volumes")) {
        volumes.add(text(volume, "name"));
        switch (source((Map<?, ?>) volume)) {
          case "persistentVolumeClaim" ->
              assertThat(claims).contains(text(volume, "persistentVolumeClaim", "claimName"));
          case "secret" -> assertThat(SECRETS).contains(text(volume, "secret", "secretName"));
          case "configMap" ->
              assertThat(text(volume, "configMap", "name")).isEqualTo("stockpot-settings");
          case "emptyDir" -> assertThat(text(volume, "emptyDir", "sizeLimit")).isNotBlank();
          case String other -> throw new AssertionError(other);
        }
      }
      if (text(workload, "kind").equals("StatefulSet")) {
        volumes.add(text(workload, "spec", "volumeClaimTemplates", 0, "metadata", "name"));
      }
      Set<String> mounted = new HashSet<>();
      for (Object mount : list(pod, "containers", 0, "volumeMounts")) {
        mounted.add(text(mount, "name"));
      }
      assertThat(mounted).isEqualTo(volumes);
    }
  }

  private static String source(Map<?, ?> volume) {
    return volume.keySet().stream()
        .map(Object::toString)
        .filter(key -> !key.equals("name"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void filesThatSettingsNameAreMounted() throws IOException {
    for (Object workload : workloads()) {
      String settings =
          ConfigFolder.text("kubernetes/gpu/" + text(workload, "metadata", "name") + ".conf");
      List<String> mounts = new ArrayList<>();
      for (Object mount :
          list(workload, "spec", "template", "spec", "containers", 0, "volumeMounts")) {
        mounts.add(text(mount, "mountPath"));
      }
      List<String> named =
          Pattern.compile("\"(/[^\"]*)\"")
              .matcher(settings)
              .results()
              .map(path -> path.group(1))
              .toList();
      assertThat(named).isNotEmpty().allMatch(path -> mounts.stream().anyMatch(path::startsWith));
    }
  }

  @Test
  void podsRunCommandsThatAreThere() throws IOException {
    for (Object workload : workloads()) {
      Object container = at(workload, "spec", "template", "spec", "containers", 0);
      List<String> arguments = list(container, "args").stream().map(Object::toString).toList();
      if (((Map<?, ?>) container).containsKey("command")) {
        List<List<String>> calls = CommandLines.in(arguments.getFirst());
        assertThat(calls).hasSize(1);
        calls.forEach(CommandLines::check);
      } else {
        CommandLines.check(arguments);
      }
    }
  }
}
