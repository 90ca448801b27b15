/** What executors of all devices share: the tasks of leases, their files, and how they end. */
@NullMarked
package dev.stockpot.worker.execution;

import org.jspecify.annotations.NullMarked;
