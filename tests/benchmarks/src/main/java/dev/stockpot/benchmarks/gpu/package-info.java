/** What a real GPU does: its bits, its rates and whole merges beside what its bus allows. */
@org.jspecify.annotations.NullMarked
package dev.stockpot.benchmarks.gpu;
