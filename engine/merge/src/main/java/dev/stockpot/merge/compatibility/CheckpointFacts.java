package dev.stockpot.merge.compatibility;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one checkpoint's directory says beside its weights.
 *
 * @param config empty where config.json is absent or unreadable
 * @param tokenizers SHA-256 of each tokenizer file that is there, by file name
 * @param chatTemplate a digest of the chat template, wherever it is kept
 * @param card empty where README.md is absent or has no front matter
 * @param unreadable a message for each file that is there and cannot be understood
 */
record CheckpointFacts(
    String name,
    Optional<ModelConfig> config,
    Map<String, String> tokenizers,
    Optional<String> chatTemplate,
    Optional<ModelCard> card,
    List<String> unreadable) {}
