package dev.stockpot.merge;

import java.time.Instant;

/**
 * An input file as the planner saw it, so that whoever reads it can tell whether the file that it
 * sees under that path is the same one.
 *
 * @param path absolute
 * @param size bytes
 * @param lastModified when it was written last
 * @param headerSha256 of its safetensors header, in hex
 */
public record InputRef(String path, long size, Instant lastModified, String headerSha256) {}
