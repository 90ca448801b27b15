/**
 * Who may coordinate: one process at a time.
 *
 * <p>What a holder that thaws can still do harms no output:
 *
 * <ul>
 *   <li><em>The journal</em>: what was not committed when its session ended never will be, and the
 *       trigger refuses the rest. The successor read the journal only after that.
 *   <li><em>Files</em>: it may be anywhere in a commit, and goes on with it. But it holds the lock
 *       of the output's staging area, as every commit does, and a lock ends with its process, not
 *       with the tenure. Until it is through, the successor's job waits for the area; then it finds
 *       the finished output by its manifest, or a staging area as any ended process leaves one. So
 *       the files of an output have one writer, whoever has the tenure.
 *   <li><em>A network's file system that forgets locks</em> of a machine that it cannot reach lets
 *       the successor in earlier. Both then have the same plan's bytes before them: shards were
 *       whole when the commit began, and are only read again. Whoever claims the area marks the
 *       lock's file, and a commit looks at the mark before it deletes, and before it moves,
 *       anything, and stops if it is another's. What remains is one step that was begun before the
 *       successor's claim and done after it. A move puts the whole output into its place, or fails
 *       because that is there; the successor finds the one or the other. A deletion takes shards or
 *       the companions of a commit away: then the successor merges them again, or fails, because
 *       nothing counts as done that is not there.
 *   <li><em>Bytes of tasks</em> that its workers still write are the bytes that the successor's
 *       workers write to the same places.
 * </ul>
 */
@NullMarked
package dev.stockpot.coordinator.tenure;

import org.jspecify.annotations.NullMarked;
