/** How a worker reaches the files of a job: opens them itself, or has the coordinator do it. */
@NullMarked
package dev.stockpot.worker.storage;

import org.jspecify.annotations.NullMarked;
