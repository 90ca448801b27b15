/** The dashboard as people see it: in a real browser. */
@NullMarked
package dev.stockpot.browser;

import org.jspecify.annotations.NullMarked;
