package dev.stockpot.cli.embedded;

import dev.stockpot.coordinator.http.HttpApi;
import dev.stockpot.coordinator.job.CoordinatorSettings;
import dev.stockpot.metrics.MetricsSetup;
import dev.stockpot.worker.actor.WorkerSettings;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.apache.pekko.persistence.Persistence;
import org.apache.pekko.persistence.typed.PersistenceId;

/**
 * The application's classes, with the default settings of those libraries only that have a part in
 * a process that merges alone. An actor system starts whatever the defaults name, so those that
 * make nodes of a cluster would have it start serializers and streams that nobody uses.
 */
final class LocalLibraries extends ClassLoader {

  private static final String DEFAULTS = "reference.conf";

  /** One class of each library whose defaults count. */
  private static final List<Class<?>> USED =
      List.of(
          org.apache.pekko.actor.ActorSystem.class,
          org.apache.pekko.actor.typed.ActorSystem.class,
          Persistence.class,
          PersistenceId.class,
          CoordinatorSettings.class,
          WorkerSettings.class);

  private final List<Class<?>> used = new ArrayList<>(USED);

  /**
   * Loads what the application does.
   *
   * @param serves whether the process serves pages
   */
  LocalLibraries(boolean serves) {
    super(LocalLibraries.class.getClassLoader());
    if (serves) {
      used.addAll(HttpApi.LIBRARIES);
      used.add(MetricsSetup.class);
    }
  }

  @Override
  public Enumeration<URL> getResources(String name) throws IOException {
    if (!name.equals(DEFAULTS)) {
      return super.getResources(name);
    }
    List<URL> defaults = new ArrayList<>();
    for (Class<?> each : used) {
      String from = each.getProtectionDomain().getCodeSource().getLocation().toString();
      String directory = from.endsWith("/") ? from : "jar:" + from + "!/";
      defaults.add(URI.create(directory + DEFAULTS).toURL());
    }
    return Collections.enumeration(defaults);
  }
}
