/**
 * The loops with the Vector API, which is incubating: nothing outside this package may name it, and
 * nothing may load this package unless the JVM runs with {@code --add-modules
 * jdk.incubator.vector}.
 */
@NullMarked
package dev.stockpot.merge.kernel.vector;

import org.jspecify.annotations.NullMarked;
