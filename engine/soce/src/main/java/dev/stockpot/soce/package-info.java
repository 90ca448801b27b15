/**
 * SoCE, the Soup of Category Experts (arXiv 2511.13254): from tables of scores, which are read
 * here, to the categories that hardly correlate and their {@code experts}, the {@code weights} to
 * try, and what is to be said of the results. Pure functions: nothing here merges, evaluates, or
 * knows a checkpoint.
 */
@NullMarked
package dev.stockpot.soce;

import org.jspecify.annotations.NullMarked;
