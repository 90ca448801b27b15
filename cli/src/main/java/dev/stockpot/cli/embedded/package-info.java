/** Coordinator and workers in this process: what {@code merge} and {@code soce search} run. */
@NullMarked
package dev.stockpot.cli.embedded;

import org.jspecify.annotations.NullMarked;
