package dev.stockpot.coordinator.node;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.ClusterEvent.MemberEvent;
import org.apache.pekko.cluster.ClusterEvent.MemberJoined;
import org.apache.pekko.cluster.ClusterEvent.MemberRemoved;
import org.apache.pekko.cluster.ClusterEvent.MemberUp;
import org.apache.pekko.cluster.ClusterEvent.MemberWeaklyUp;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Down;
import org.apache.pekko.cluster.typed.Subscribe;

/**
 * Watches who is in the cluster: remembers the workers' nodes, and puts out any other coordinator.
 * Only the holder of the tenure joins, so another coordinator in the cluster is a former one that
 * died or hangs; until it is out, nothing new becomes a full member.
 */
final class Membership {

  static final String COORDINATOR = "coordinator";

  private final ActorContext<MemberEvent> context;
  private final Cluster cluster;
  private final KnownMembers known;
  private final Set<Address> workers = new HashSet<>();

  private Membership(ActorContext<MemberEvent> context, KnownMembers known) {
    this.context = context;
    this.cluster = Cluster.get(context.getSystem());
    this.known = known;
  }

  static Behavior<MemberEvent> create(KnownMembers known) {
    return Behaviors.setup(context -> {
      Membership membership = new Membership(context, known);
      membership
          .cluster
          .subscriptions()
          .tell(Subscribe.create(context.getSelf(), MemberEvent.class));
      return Behaviors.receiveMessage(membership::onMember);
    });
  }

  private Behavior<MemberEvent> onMember(MemberEvent event) {
    Member member = event.member();
    if (member.address().equals(cluster.selfMember().address())) {
      return Behaviors.same();
    }
    if (member.hasRole(COORDINATOR)) {
      boolean stays =
          event instanceof MemberJoined
              || event instanceof MemberWeaklyUp
              || event instanceof MemberUp;
      if (stays) {
        context
            .getLog()
            .warn(
                "{} coordinates no more, for the tenure is here; it is put out of the cluster",
                member.address());
        cluster.manager().tell(new Down(member.address()));
      }
      return Behaviors.same();
    }
    boolean changed =
        event instanceof MemberRemoved
            ? workers.remove(member.address())
            : workers.add(member.address());
    if (changed) {
      context
          .getLog()
          .info(
              "The worker at {} {} the cluster",
              member.address().hostPort().replaceFirst("^[^@]*@", ""),
              event instanceof MemberRemoved ? "is out of" : "is in");
      remember(new ArrayList<>(workers));
    }
    return Behaviors.same();
  }

  /** A few hundred bytes, and rarely. */
  private void remember(List<Address> addresses) {
    try {
      known.write(addresses.stream());
    } catch (IOException e) {
      context.getLog().warn("{}: cannot be written: {}", known.file(), e.toString());
    }
  }
}
