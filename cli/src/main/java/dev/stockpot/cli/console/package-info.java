/** What a command shows and says: exit status, terminal, tables, sizes, ages and progress. */
@NullMarked
package dev.stockpot.cli.console;

import org.jspecify.annotations.NullMarked;
