/** The API's port: connections, TLS, and how many of what are let in. */
@NullMarked
package dev.stockpot.coordinator.http.port;

import org.jspecify.annotations.NullMarked;
