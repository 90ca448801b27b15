/** What a merge is made of: tensor tasks, receipts, and the kinds of failure. Knows no actor. */
@NullMarked
package dev.stockpot.merge;

import org.jspecify.annotations.NullMarked;
