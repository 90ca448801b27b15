package dev.stockpot.coordinator.postgres;

import com.typesafe.config.Config;
import dev.stockpot.metrics.JournalFigures;
import dev.stockpot.metrics.Metrics;
import dev.stockpot.metrics.MetricsSetup;
import java.util.Optional;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.jdbc.journal.JdbcAsyncWriteJournal;
import scala.collection.immutable.Seq;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;
import scala.runtime.BoxedUnit;
import scala.util.Try;

/** Pekko's journal in PostgreSQL, and how long its writes take. Made by Pekko by name. */
public final class MeasuredJournal extends JdbcAsyncWriteJournal {

  private final Optional<JournalFigures> figures;

  /** As Pekko makes it. */
  public MeasuredJournal(Config config) {
    super(config);
    figures = MetricsSetup.of(context().system()).map(Metrics::journal);
  }

  @Override
  public Future<Seq<Try<BoxedUnit>>> asyncWriteMessages(Seq<AtomicWrite> messages) {
    long begun = System.nanoTime();
    Future<Seq<Try<BoxedUnit>>> written = super.asyncWriteMessages(messages);
    figures.ifPresent(each -> {
      var _ =
          FutureConverters.asJava(written)
              .whenComplete((_, failure) -> each.wrote(System.nanoTime() - begun, failure == null));
    });
    return written;
  }
}
