/** Requests to a coordinator's HTTP API, and what became of them. */
@NullMarked
package dev.stockpot.cli.client.api;

import org.jspecify.annotations.NullMarked;
