package dev.stockpot.coordinator.order;

import org.apache.pekko.actor.typed.Behavior;

/**
 * The phases of one job and their journal, as the actor of its kind. It stops after it has told its
 * end.
 *
 * @param cancel asks it to end early, as {@link JobStarter.CancelJob} says
 */
public record JournaledJob<M>(Behavior<M> behavior, M cancel) {}
