/**
 * Scores the demo's checkpoints: a small Llama in plain Java that answers by greedy decoding, and
 * the exact-match accuracy of its answers. For models that fit in memory as float32.
 */
@NullMarked
package dev.stockpot.demo;

import org.jspecify.annotations.NullMarked;
