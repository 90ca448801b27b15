package dev.stockpot.protocol.api;

import java.util.Optional;

/**
 * A plan to be run.
 *
 * @param id names the job, so that a submission that is repeated is still one job; made by the
 *     coordinator where it is empty
 * @param plan the plan's text; several plans in it run in order
 * @param directory absolute path that the plan's relative paths are relative to
 * @param source what the client calls the plan, for messages; {@code -} for standard input
 * @param priority higher goes first; 0 is usual
 * @param replace whether an output that exists is replaced
 */
public record JobSubmission(
    Optional<String> id,
    String plan,
    String directory,
    String source,
    int priority,
    boolean replace) {

  /** What an id looks like: it names files and appears in addresses. */
  public static final String ID_PATTERN = "[a-z0-9][a-z0-9._-]{0,62}";
}
