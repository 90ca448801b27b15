package dev.stockpot.merge.compatibility;

import dev.stockpot.checkpoint.config.HfConfig;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A checkpoint to look at.
 *
 * @param name how messages call it: the model as the plan writes it
 * @param path its directory, or its one safetensors file, beside which the other files are
 * @param config its config.json, read by who opened it; empty where there is none
 */
public record NamedCheckpoint(String name, Path path, Optional<HfConfig> config) {}
