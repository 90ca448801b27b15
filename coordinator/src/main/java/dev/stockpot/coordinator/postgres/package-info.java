/** PostgreSQL as the place of what coordinators share: how to reach it, its tables, its journal. */
@NullMarked
package dev.stockpot.coordinator.postgres;

import org.jspecify.annotations.NullMarked;
