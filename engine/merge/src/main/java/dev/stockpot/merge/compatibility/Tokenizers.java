package dev.stockpot.merge.compatibility;

import dev.stockpot.checkpoint.problem.Wording;
import dev.stockpot.merge.compatibility.Compatibility.Warning;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** Tokenizers that do not go together: by their content, where their bytes differ. */
final class Tokenizers {
  private static final String JSON = "tokenizer.json";

  private final List<CheckpointFacts> all;
  private final List<Warning> warnings = new ArrayList<>();

  private Tokenizers(List<CheckpointFacts> all) {
    this.all = all;
  }

  static List<Warning> warnings(List<CheckpointFacts> all) {
    Tokenizers tokenizers = new Tokenizers(all);
    tokenizers.collect();
    return tokenizers.warnings;
  }

  private void collect() {
    Groups kinds =
        Groups.by(
            all,
            facts ->
                facts.tokenizers().isEmpty()
                    ? Optional.empty()
                    : Optional.of(String.join(" and ", facts.tokenizers().keySet())));
    Set<String> common = new TreeSet<>(List.of(JSON, "tokenizer.model"));
    all.stream()
        .map(facts -> facts.tokenizers().keySet())
        .filter(files -> !files.isEmpty())
        .forEach(common::retainAll);
    if (common.isEmpty()) {
      warn(
          kinds,
          "the tokenizers cannot be compared: "
              + kinds.shown()
              + "; make sure that every token has the same id in all of them; "
              + Compatibility.DONORS);
    }
    Groups models = byDigest("tokenizer.model");
    if (models.differ()) {
      warn(
          models,
          "tokenizer.model differs: "
              + models.shownByName()
              + "; where a token has another id the soup is spoiled for it. Compare the files; "
              + Compatibility.DONORS);
    }
    if (byDigest(JSON).differ()) {
      contents();
    }
  }

  private Groups byDigest(String file) {
    return Groups.by(all, facts -> Optional.ofNullable(facts.tokenizers().get(file)));
  }

  private void contents() {
    Map<String, TokenizerJson> byDigest = new HashMap<>();
    for (CheckpointFacts facts : all) {
      String digest = facts.tokenizers().get(JSON);
      if (digest == null || byDigest.containsKey(digest)) {
        continue;
      }
      Path file = facts.directory().resolve(JSON);
      try {
        byDigest.put(digest, TokenizerJson.read(file));
      } catch (IOException e) {
        Groups groups = byDigest(JSON);
        warn(
            groups,
            "tokenizer.json differs: %s; whether ids do cannot be told, for that of %s says nothing: %s"
                .formatted(
                    groups.shownByName(),
                    Wording.quoted(facts.name()),
                    Wording.quoted(String.valueOf(e.getMessage()))));
        return;
      }
    }
    Groups vocabularies = by(byDigest, TokenizerJson::vocabulary);
    Groups cuttings = by(byDigest, TokenizerJson::cutting);
    if (vocabularies.differ()) {
      warn(
          vocabularies,
          "tokenizer.json differs: %s; %s; %s"
              .formatted(
                  vocabularies.shownByName(),
                  contradict(List.copyOf(byDigest.values()))
                      ? "ids stand for other tokens there, and for such tokens the soup is spoiled:"
                          + " merge models of one tokenizer"
                      : "some have more tokens than others, though no id stands for another token",
                  Compatibility.DONORS));
    } else if (cuttings.differ()) {
      warn(
          cuttings,
          "tokenizer.json differs: "
              + cuttings.shownByName()
              + "; every token has the same id, but texts are cut into tokens in other ways; "
              + Compatibility.DONORS);
    }
  }

  private Groups by(Map<String, TokenizerJson> byDigest, Function<TokenizerJson, String> value) {
    return Groups.by(
        all,
        facts -> Optional.ofNullable(facts.tokenizers().get(JSON)).map(byDigest::get).map(value));
  }

  private static boolean contradict(List<TokenizerJson> contents) {
    for (int i = 0; i < contents.size(); i++) {
      for (TokenizerJson other : contents.subList(i + 1, contents.size())) {
        if (contents.get(i).contradicts(other)) {
          return true;
        }
      }
    }
    return false;
  }

  private void warn(Groups groups, String message) {
    warnings.add(new Warning(groups.names(), message));
  }
}
