/** {@code stockpot demo}: a soup of the tiny trained checkpoints that the project carries. */
@NullMarked
package dev.stockpot.cli.demo;

import org.jspecify.annotations.NullMarked;
