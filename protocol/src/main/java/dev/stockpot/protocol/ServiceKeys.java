package dev.stockpot.protocol;

import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/** Names under which actors find each other in the cluster. */
public final class ServiceKeys {

  /** Where workers report: the lease desk of the active coordinator. */
  public static final ServiceKey<WorkerEvent> DESK =
      ServiceKey.create(WorkerEvent.class, "stockpot-desk");

  private ServiceKeys() {}
}
