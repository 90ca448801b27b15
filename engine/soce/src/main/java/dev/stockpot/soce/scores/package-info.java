/** Tables of scores, in each of their forms, and the one number that is made of a row. */
@NullMarked
package dev.stockpot.soce.scores;

import org.jspecify.annotations.NullMarked;
