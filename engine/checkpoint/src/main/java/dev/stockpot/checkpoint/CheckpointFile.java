package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.safetensors.SafetensorsHeader;
import java.nio.file.Path;
import java.time.Instant;

/**
 * A safetensors file of a checkpoint, as it was when its header was read.
 *
 * @param lastModified taken before the header was read, so that a later change shows
 */
public record CheckpointFile(
    Path path, long size, Instant lastModified, SafetensorsHeader header) {}
