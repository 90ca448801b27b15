package dev.stockpot.metrics;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.pekko.actor.ActorPath;

/**
 * What an actor does, as figures name it: one of a few words, however many actors there are and
 * whatever their paths hold.
 */
public enum ActorRole {
  /** Leases tasks. */
  DESK,
  /** The jobs that clients submitted. */
  QUEUE,
  /** One job, the parent of its kind. */
  JOB,
  /** The phases of a merge, and its journal. */
  MERGE,
  /** The phases of a search, and its journal. */
  SEARCH,
  /** One device. */
  WORKER,
  /** Remembers what happened. */
  HISTORIAN,
  /** Guardians, and what else a node of ours consists of. */
  NODE,
  /** Pekko's own. */
  PEKKO;

  private static final Map<String, ActorRole> BY_LABEL =
      Arrays.stream(values()).collect(Collectors.toMap(ActorRole::label, Function.identity()));

  /** As figures are labelled. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The role of the actor at this path, by the name that its parent gave it. */
  static ActorRole of(ActorPath path) {
    String name = path.name();
    if (name.startsWith("$")) {
      // Only searches have children without a name of their own: the jobs that merge candidates.
      return path.parent().name().equals("search") ? JOB : PEKKO;
    }
    int dash = name.indexOf('-');
    String word = dash < 0 ? name : name.substring(0, dash);
    return switch (word) {
      case "desk", "queue", "merge", "search", "historian", "job", "worker" ->
          BY_LABEL.getOrDefault(word, PEKKO);
      case "user", "coordination", "membership", "workers" -> NODE;
      default -> PEKKO;
    };
  }
}
