/**
 * From a plan's text to its records.
 *
 * <p>Text becomes a tree of marked nodes, the nodes are bound by hand to a draft, the draft's paths
 * are compared with the file system, and only a file without mistakes becomes {@link
 * dev.stockpot.plan.Plan}s.
 */
@NullMarked
package dev.stockpot.plan.reading;

import org.jspecify.annotations.NullMarked;
