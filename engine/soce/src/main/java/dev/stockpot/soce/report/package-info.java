/** What an analysis or a search found, for readers: pages that stand alone, JSON and CSV. */
@NullMarked
package dev.stockpot.soce.report;

import org.jspecify.annotations.NullMarked;
