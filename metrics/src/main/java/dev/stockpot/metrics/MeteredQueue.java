package dev.stockpot.metrics;

import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.dispatch.AbstractNodeQueue;
import org.apache.pekko.dispatch.Envelope;
import org.apache.pekko.dispatch.MessageQueue;
import org.apache.pekko.dispatch.UnboundedMessageQueueSemantics;
import org.jspecify.annotations.Nullable;

/**
 * One actor's mailbox: {@link org.apache.pekko.dispatch.NodeMessageQueue} with a clock. All
 * messages are counted; of the first and of every sixteenth after it the waiting time is taken.
 */
final class MeteredQueue extends AbstractNodeQueue<MeteredQueue.Timed>
    implements MessageQueue, UnboundedMessageQueueSemantics {

  /** Of so many messages one is timed: that is what busy actors can afford. */
  static final int TIMED = 16;

  /** A message, and when it came; 0 if that was not looked at. */
  record Timed(Envelope envelope, long sinceNanos) {}

  private final transient RoleFigures figures;

  /** Threads may count past each other, which makes other messages the ones that are timed. */
  private transient int arrived;

  MeteredQueue(RoleFigures figures) {
    this.figures = figures;
  }

  @Override
  public void enqueue(ActorRef receiver, Envelope message) {
    figures.arrived();
    add(new Timed(message, arrived++ % TIMED == 0 ? System.nanoTime() : 0));
  }

  @Override
  public @Nullable Envelope dequeue() {
    Timed next = poll();
    if (next == null) {
      return null;
    }
    figures.took();
    if (next.sinceNanos() != 0) {
      figures.waited(System.nanoTime() - next.sinceNanos());
    }
    return next.envelope();
  }

  @Override
  public int numberOfMessages() {
    return count();
  }

  @Override
  public boolean hasMessages() {
    return !isEmpty();
  }

  @Override
  public void cleanUp(ActorRef owner, MessageQueue deadLetters) {
    for (Envelope left = dequeue(); left != null; left = dequeue()) {
      deadLetters.enqueue(owner, left);
    }
  }
}
