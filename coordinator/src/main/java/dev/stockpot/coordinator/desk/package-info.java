/** Who does which task of which job, and until when: workers, boards of tasks, and leases. */
@NullMarked
package dev.stockpot.coordinator.desk;

import org.jspecify.annotations.NullMarked;
