/** The numbers of the paper's leaderboard, and agreement with what anyone can count. */
@NullMarked
package dev.stockpot.soce;

import org.jspecify.annotations.NullMarked;
