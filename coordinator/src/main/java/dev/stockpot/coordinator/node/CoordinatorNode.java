package dev.stockpot.coordinator.node;

import dev.stockpot.coordinator.http.HttpApi;
import dev.stockpot.coordinator.tenure.Tenure;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.ClusterSingletonSettings;
import org.apache.pekko.cluster.typed.JoinSeedNodes;
import org.apache.pekko.cluster.typed.SelfUp;
import org.apache.pekko.cluster.typed.SingletonActor;
import org.apache.pekko.cluster.typed.Subscribe;

/**
 * The guardian of the active coordinator's node: it joins the cluster, the one that its predecessor
 * left or one of its own, and coordinates. When the tenure is lost its actor system ends.
 */
public final class CoordinatorNode {

  /** What the guardian understands. */
  public sealed interface Command {}

  /**
   * Join and coordinate.
   *
   * @param api bound, and on standby
   */
  public record Begin(HttpApi api) implements Command {}

  /** This process may coordinate no more. */
  public record TenureLost(String reason) implements Command {}

  private record JoinedCluster(HttpApi api) implements Command {}

  private final ActorContext<Command> context;
  private final Tenure tenure;
  private final KnownMembers known;

  private CoordinatorNode(ActorContext<Command> context, Tenure tenure, KnownMembers known) {
    this.context = context;
    this.tenure = tenure;
    this.known = known;
  }

  /**
   * A node that does nothing before {@link Begin}.
   *
   * @param tenure this process's; borrowed
   * @param known members of the cluster that was here before
   */
  public static Behavior<Command> create(Tenure tenure, KnownMembers known) {
    return Behaviors.setup(context -> new CoordinatorNode(context, tenure, known).living());
  }

  private Behavior<Command> living() {
    return Behaviors.receiveMessage(command ->
        switch (command) {
          case Begin(HttpApi api) -> onBegin(api);
          case JoinedCluster(HttpApi api) -> onJoined(api);
          case TenureLost(String reason) -> onTenureLost(reason);
        });
  }

  private Behavior<Command> onBegin(HttpApi api) {
    Cluster cluster = Cluster.get(context.getSystem());
    context.spawn(Membership.create(known), "membership");
    ActorRef<SelfUp> up = context.messageAdapter(SelfUp.class, _ -> new JoinedCluster(api));
    cluster.subscriptions().tell(Subscribe.create(up, SelfUp.class));
    // Itself first, so that it begins a cluster of its own where no known member answers.
    List<Address> seeds = new ArrayList<>();
    seeds.add(cluster.selfMember().address());
    seeds.addAll(known.read());
    cluster.manager().tell(new JoinSeedNodes(seeds));
    return Behaviors.same();
  }

  private Behavior<Command> onJoined(HttpApi api) {
    ClusterSingleton.get(context.getSystem())
        .init(
            SingletonActor.of(
                    Coordination.create(context.getSystem().settings().config(), api, tenure),
                    "coordination")
                .withSettings(
                    ClusterSingletonSettings.create(context.getSystem())
                        .withRole(Membership.COORDINATOR)));
    return Behaviors.same();
  }

  private Behavior<Command> onTenureLost(String reason) {
    context.getLog().warn("The tenure is lost, this node stops coordinating: {}", reason);
    CoordinatedShutdown.get(Adapter.toClassic(context.getSystem()))
        .runAll(CoordinatedShutdown.clusterDowningReason());
    return Behaviors.same();
  }
}
