package dev.stockpot.checkpoint;

/**
 * Where a tensor's bytes lie.
 *
 * @param offset of its first byte in the file, from the file's start; any number, aligned or not
 */
public record TensorLocation(TensorHeader header, CheckpointFile file, long offset) {}
