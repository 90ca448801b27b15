/** {@code stockpot merge}: coordinator and workers in this process. */
@NullMarked
package dev.stockpot.cli.merge;

import org.jspecify.annotations.NullMarked;
