package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.Checkpoint.CheckpointFile;
import dev.stockpot.checkpoint.safetensors.TensorHeader;

/**
 * Where a tensor's bytes lie.
 *
 * @param offset of its first byte in the file, from the file's start; any number, aligned or not
 */
public record TensorLocation(TensorHeader header, CheckpointFile file, long offset) {}
