package dev.stockpot.metrics;

import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Measured behaviors, in actor systems that measure themselves; in others they are as before. */
public final class Metered {

  private Metered() {}

  /**
   * The same, with its messages, failures and restarts measured. Restarts are seen by what is
   * inside of a supervisor.
   */
  public static <T> Behavior<T> behavior(Behavior<T> behavior) {
    return Behaviors.setup(context ->
        MetricsSetup.of(context.getSystem())
            .filter(_ -> MetricsSetup.wantsActors(context.getSystem().settings().config()))
            .map(metrics -> metrics.actors().of(ActorRole.of(context.getSelf().path())))
            .map(figures ->
                Behaviors.<T, T>intercept(() -> new MessageInterceptor<>(figures), behavior))
            .orElse(behavior));
  }

  /**
   * What a persistent actor runs as it handles a command: Pekko puts those aside that come while it
   * writes, which shows by the difference. To be asked for while the actor is set up.
   */
  public static Runnable handling() {
    return MessageInterceptor.handling();
  }
}
