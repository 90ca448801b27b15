package dev.stockpot.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.ClusterEvent.CurrentClusterState;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.remote.DefaultFailureDetectorRegistry;
import org.apache.pekko.remote.FailureDetector;
import org.apache.pekko.remote.PhiAccrualFailureDetector;
import scala.Option;

/** The nodes of a cluster, as one of them sees them. Reads what Pekko keeps to itself: phi. */
final class Members {

  /**
   * A node.
   *
   * @param address host and port
   * @param status {@code up}, say
   * @param roles in order
   * @param phi how much it is suspected to be dead; empty where this node does not watch it
   */
  record MemberFigures(
      String address, String status, Set<String> roles, boolean reachable, OptionalDouble phi) {}

  private Members() {}

  /** All that this node knows now, itself among them. */
  static List<MemberFigures> of(ActorSystem<?> system) {
    Cluster cluster = Cluster.get(Adapter.toClassic(system));
    CurrentClusterState state = cluster.state();
    List<MemberFigures> members = new ArrayList<>();
    for (Member member : state.getMembers()) {
      members.add(
          new MemberFigures(
              member.address().hostPort().replaceFirst("^[^@]*@", ""),
              member.status().toString().toLowerCase(Locale.ROOT),
              new TreeSet<>(member.getRoles()),
              !state.getUnreachable().contains(member),
              phi(cluster, member.address())));
    }
    return members;
  }

  private static OptionalDouble phi(Cluster cluster, Address address) {
    if (cluster.failureDetector() instanceof DefaultFailureDetectorRegistry<Address> registry) {
      Option<FailureDetector> detector = registry.failureDetector(address);
      if (detector.isDefined() && detector.get() instanceof PhiAccrualFailureDetector accrual) {
        return OptionalDouble.of(Math.max(0.0, accrual.phi()));
      }
    }
    return OptionalDouble.empty();
  }
}
