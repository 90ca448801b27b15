/** The HTTP API: jobs and workers for clients, files of running jobs for workers. */
@NullMarked
package dev.stockpot.coordinator.http;

import org.jspecify.annotations.NullMarked;
