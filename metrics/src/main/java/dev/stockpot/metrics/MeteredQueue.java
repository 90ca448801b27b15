package dev.stockpot.metrics;

import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.dispatch.AbstractNodeQueue;
import org.apache.pekko.dispatch.Envelope;
import org.apache.pekko.dispatch.MessageQueue;
import org.apache.pekko.dispatch.UnboundedMessageQueueSemantics;
import org.jspecify.annotations.Nullable;

/** One actor's mailbox: {@link org.apache.pekko.dispatch.NodeMessageQueue} with a clock. */
final class MeteredQueue extends AbstractNodeQueue<MeteredQueue.Timed>
    implements MessageQueue, UnboundedMessageQueueSemantics {

  /** A message, and when it came. */
  record Timed(Envelope envelope, long sinceNanos) {}

  private final transient RoleFigures figures;

  MeteredQueue(RoleFigures figures) {
    this.figures = figures;
  }

  @Override
  public void enqueue(ActorRef receiver, Envelope message) {
    figures.arrived();
    add(new Timed(message, System.nanoTime()));
  }

  @Override
  public @Nullable Envelope dequeue() {
    Timed next = poll();
    if (next == null) {
      return null;
    }
    figures.taken(System.nanoTime() - next.sinceNanos());
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
