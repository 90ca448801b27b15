package dev.stockpot.coordinator.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiveTableTest {

  private final LiveTable table = new LiveTable(0);

  /** A page. */
  private static final class Client {
    private final Map<String, String> rows = new HashMap<>();
    private long version = -1;

    void apply(LiveTable.Delta delta) {
      if (delta.reset()) {
        rows.clear();
      }
      delta
          .rows()
          .forEach((key, row) -> {
            if (row == null) {
              rows.remove(key);
            } else {
              rows.put(key, row);
            }
          });
      version = delta.version();
    }
  }

  @Test
  void onlyWhatChangedIsTold() {
    table.put("a", "1");
    table.put("b", "1");
    long known = table.version();
    table.put("a", "2");
    table.put("b", "1");
    table.remove("c");
    assertThat(table.since(known).rows()).containsOnly(Map.entry("a", "2"));
    assertThat(table.since(known).reset()).isFalse();
    assertThat(table.since(table.version()).rows()).isEmpty();
  }

  @Test
  void aRowThatIsGoneIsToldAsNull() {
    table.put("a", "1");
    long known = table.version();
    table.remove("a");
    table.put("b", "1");
    assertThat(table.since(known).rows()).containsEntry("a", null).containsEntry("b", "1");
    assertThat(table.all().rows()).containsOnlyKeys("b");
  }

  @Test
  void whoKnowsAVersionOfAnotherTableInItsPlaceForgetsIt() {
    table.put("a", "1");
    LiveTable next = new LiveTable(table.version() + 1);
    next.put("b", "1");
    assertThat(next.since(table.version()).reset()).isTrue();
    assertThat(next.since(next.version() + 7).reset()).isTrue();
    assertThat(next.since(table.version()).rows()).containsOnlyKeys("b");
  }

  @Test
  void rowsWithAPrefixAreReplaced() {
    table.put("job/a", "1");
    table.put("job/b", "1");
    table.put("node", "1");
    table.replace("job/", Map.of("job/b", "2", "job/c", "1"));
    assertThat(table.all().rows()).containsOnlyKeys("job/b", "job/c", "node");
  }

  /** Each client looks when it likes, and some never for a long time. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void whoAppliesWhatIsToldFromAnyVersionHasTheTable(long seed) {
    Random random = new Random(seed);
    Map<String, String> model = new HashMap<>();
    Client[] clients = new Client[10];
    for (int i = 0; i < clients.length; i++) {
      clients[i] = new Client();
    }
    for (int step = 0; step < 20_000; step++) {
      String key = "row/" + random.nextInt(5_000);
      if (random.nextInt(3) == 0) {
        table.remove(key);
        model.remove(key);
      } else {
        String row = String.valueOf(random.nextInt(3));
        table.put(key, row);
        model.put(key, row);
      }
      if (random.nextInt(20) == 0) {
        int which = (int) Math.abs(random.nextGaussian() * 3) % clients.length;
        Client client = clients[which];
        client.apply(client.version < 0 ? table.all() : table.since(client.version));
        assertThat(client.rows).as("seed %d, step %d", seed, step).isEqualTo(model);
      }
    }
    for (Client client : clients) {
      client.apply(table.since(client.version));
      assertThat(client.rows).isEqualTo(model);
    }
  }
}
