/** The one way to open files of users, and what is said of those that are something else. */
@NullMarked
package dev.stockpot.checkpoint.file;

import org.jspecify.annotations.NullMarked;
