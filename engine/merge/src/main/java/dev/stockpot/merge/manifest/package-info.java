/** The provenance manifest: what a merged checkpoint was made of, and how to check it. */
@NullMarked
package dev.stockpot.merge.manifest;

import org.jspecify.annotations.NullMarked;
