package dev.stockpot.merge.compatibility;

import dev.stockpot.checkpoint.config.HfConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one checkpoint's directory says beside its weights.
 *
 * @param directory where all of it lies
 * @param config empty where config.json is absent
 * @param tokenizers SHA-256 of each tokenizer file that is there, by file name
 * @param chatTemplate a digest of the chat template, wherever it is kept
 * @param card empty where README.md is absent or has no front matter
 * @param unreadable a message for each file that is there and cannot be understood
 */
record CheckpointFacts(
    String name,
    Path directory,
    Optional<HfConfig> config,
    Map<String, String> tokenizers,
    Optional<String> chatTemplate,
    Optional<ModelCard> card,
    List<String> unreadable) {}
