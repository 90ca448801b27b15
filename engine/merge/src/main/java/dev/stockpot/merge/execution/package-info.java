/**
 * What performs a task: bytes of its sources in, bytes of its soups out, chunk by chunk. Knows no
 * lease and no device.
 */
@NullMarked
package dev.stockpot.merge.execution;

import org.jspecify.annotations.NullMarked;
