package dev.stockpot.coordinator.desk;

import dev.stockpot.coordinator.desk.BoardNews.Progress;
import dev.stockpot.merge.Receipt;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * An open board: its tasks, its receipts on their way, and who hears of it.
 *
 * @param job id of the job that the board's run belongs to
 */
record Board(String job, TaskBoard tasks, Arrivals arrivals, ActorRef<BoardNews> news) {

  /** Hands the next receipts over, unless others are being recorded. */
  void handOver() {
    List<Receipt> receipts = arrivals.next();
    if (!receipts.isEmpty()) {
      news.tell(new BoardNews.ReceiptsArrived(receipts));
    }
  }

  Progress progress() {
    return new Progress(tasks.doneTasks(), tasks.doneBytes(), tasks.workers(), tasks.returned());
  }
}
