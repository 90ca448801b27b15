package dev.stockpot.metrics;

import com.typesafe.config.Config;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.dispatch.MailboxType;
import org.apache.pekko.dispatch.MessageQueue;
import org.apache.pekko.dispatch.NodeMessageQueue;
import org.apache.pekko.dispatch.ProducesMessageQueue;
import scala.Option;

/**
 * Pekko's default mailbox of typed actors, which also tells how many messages wait and for how
 * long. Made by Pekko by name; where the actor system measures nothing it is the plain one.
 */
public final class MeteredMailbox implements MailboxType, ProducesMessageQueue<MessageQueue> {

  /** As Pekko makes it. */
  public MeteredMailbox(ActorSystem.Settings settings, Config config) {}

  @Override
  public MessageQueue create(Option<ActorRef> owner, Option<ActorSystem> system) {
    if (owner.isEmpty() || system.isEmpty()) {
      return new NodeMessageQueue();
    }
    ActorRole role = ActorRole.of(owner.get().path());
    return MetricsSetup.of(system.get())
        .<MessageQueue>map(metrics -> new MeteredQueue(metrics.actors().of(role)))
        .orElseGet(NodeMessageQueue::new);
  }
}
