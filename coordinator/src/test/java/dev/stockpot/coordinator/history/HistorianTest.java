package dev.stockpot.coordinator.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.WorkerView;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HistorianTest {

  private final ActorTestKit kit = ActorTestKit.create(ConfigFactory.load("application-test"));
  private final HistoryFeed feed = new HistoryFeed();
  private final CompletableFuture<List<WorkerView>> workers = new CompletableFuture<>();
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicBoolean broken = new AtomicBoolean();
  private final TestProbe<ViewNews> page = kit.createTestProbe();
  private final ActorRef<Historian.Command> historian =
      kit.spawn(
          Historian.create(
              feed,
              new Historian.Sources(
                  NodeRow.of("", ""),
                  () -> {
                    asked.getAndIncrement();
                    return workers;
                  },
                  this::actors,
                  new Reports(Optional.empty(), rows -> rows))));

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private Map<String, Integer> actors() {
    if (broken.get()) {
      throw new IllegalStateException("no actors today");
    }
    return Map.of("actor", 1);
  }

  private void ask(String view) {
    historian.tell(new Historian.GetRows(view, Optional.empty(), page.ref()));
  }

  @Test
  void aViewThatCannotBeShownHarmsNoOther() {
    feed.accept(new HistoryEvent.JobChanged(1, Board.view("a", JobStatus.RUNNING)));
    broken.set(true);
    ask("actors");
    page.expectMessageClass(ViewNews.NotShown.class);
    historian.tell(new Historian.Watch("actors", Optional.empty(), page.ref()));
    page.expectMessageClass(ViewNews.NotShown.class);
    ask("jobs/a");
    page.expectMessageClass(ViewNews.Rows.class);
    broken.set(false);
    ask("actors");
    assertThat(page.expectMessageClass(ViewNews.Rows.class).json().utf8String())
        .contains("\"actor\":1");
  }

  @Test
  void theDeskIsNotAskedAgainWhileItOwesAnAnswer() {
    ask("workers");
    ask("overview");
    historian.tell(new Historian.Watch("workers", Optional.empty(), page.ref()));
    ask("jobs");
    page.expectMessageClass(ViewNews.Rows.class);
    assertThat(asked).hasValue(1);
    workers.complete(List.of());
    page.receiveSeveralMessages(3)
        .forEach(news -> assertThat(news).isInstanceOf(ViewNews.Rows.class));
  }

  @Test
  void whoWatchesAJobThatIsDeletedIsTold() {
    feed.accept(new HistoryEvent.JobChanged(1, Board.view("a", JobStatus.QUEUED)));
    historian.tell(new Historian.Watch("jobs/a", Optional.empty(), page.ref()));
    String id = page.expectMessageClass(ViewNews.Rows.class).id();
    historian.tell(new Historian.Watch("jobs/a", Optional.of(id), page.ref()));
    feed.accept(new HistoryEvent.JobDeleted(2, "a"));
    page.expectMessageClass(ViewNews.NoSuchView.class);
  }
}
