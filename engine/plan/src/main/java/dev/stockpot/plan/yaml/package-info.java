/**
 * A plan's text as a tree of nodes that know their place, and values of them that say what is wrong
 * with line, column and cure.
 */
@NullMarked
package dev.stockpot.plan.yaml;

import org.jspecify.annotations.NullMarked;
