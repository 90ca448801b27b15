/** What is said of models on the hub: references, files, snapshots, settings, mistakes. */
@NullMarked
package dev.stockpot.hub;

import org.jspecify.annotations.NullMarked;
