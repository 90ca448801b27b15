/**
 * safetensors files, shard indexes and the directory of a Hugging Face checkpoint: bytes in, bytes
 * out, no arithmetic.
 */
@NullMarked
package dev.stockpot.checkpoint;

import org.jspecify.annotations.NullMarked;
