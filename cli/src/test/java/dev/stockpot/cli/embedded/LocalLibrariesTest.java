package dev.stockpot.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import org.junit.jupiter.api.Test;

/** A process that merges alone knows the settings of what it uses, and none of a cluster's. */
final class LocalLibrariesTest {

  @Test
  void onlyTheDefaultsOfWhatIsUsedAreRead() {
    Config all = ConfigFactory.load();
    Config local = ConfigFactory.load(new LocalLibraries(false));
    assertThat(all.hasPath("pekko.remote")).as("on the class path").isTrue();
    assertThat(local.hasPath("pekko.remote")).isFalse();
    assertThat(local.getConfig("pekko.actor.serializers").root().keySet())
        .contains("stockpot-job-events")
        .doesNotContain("pekko-misc", "pekko-replicated-data", "stockpot-wire");
    for (String used : new String[] {"stockpot.coordinator", "stockpot.worker"}) {
      assertThat(local.getConfig(used)).isEqualTo(all.getConfig(used));
    }
  }

  @Test
  void otherResourcesAreThoseOfTheApplication() throws Exception {
    assertThat(new LocalLibraries(false).getResources("application.conf").hasMoreElements())
        .isTrue();
    assertThat(new LocalLibraries(false).loadClass(LocalSystem.class.getName()))
        .isSameAs(LocalSystem.class);
  }
}
