/** What pages say. */
@NullMarked
package dev.stockpot.soce.report;

import org.jspecify.annotations.NullMarked;
