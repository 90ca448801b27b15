/** What the machine, the JVM and the directories are like: {@code devices}, {@code doctor}. */
@NullMarked
package dev.stockpot.cli.system;

import org.jspecify.annotations.NullMarked;
