package dev.stockpot.merge.compatibility;

import java.nio.file.Path;

/**
 * A checkpoint to look at.
 *
 * @param name how messages call it: the model as the plan writes it
 * @param path its directory, or its one safetensors file, beside which the other files are
 */
public record NamedCheckpoint(String name, Path path) {}
