/**
 * Tests of the product as its users meet it: as processes; and of the walls between its modules.
 */
@NullMarked
package dev.stockpot.system;

import org.jspecify.annotations.NullMarked;
