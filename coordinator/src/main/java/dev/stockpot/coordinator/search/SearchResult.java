package dev.stockpot.coordinator.search;

import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.merge.verification.StockpotVersion;
import dev.stockpot.soce.report.SearchReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** The files of a finished search, in a directory of the checkpoint that it found. */
final class SearchResult {

  static final String DIRECTORY = "stockpot-search";

  private static final String SEARCH = "search.json";
  private static final int LARGEST = 1 << 20;
  private static final JsonMapper JSON = JsonMapper.shared();

  private SearchResult() {}

  /** By name. */
  static Map<String, byte[]> files(Search search, SearchReport report) {
    Map<String, byte[]> files = new LinkedHashMap<>(ReportFiles.of(report));
    files.put(
        SEARCH,
        JSON.writeValueAsBytes(
            Map.of("fingerprint", fingerprint(search), "stockpot", StockpotVersion.current())));
    return files;
  }

  /** Whether an output is the result of this very search. */
  static boolean isOf(Search search, Path output) {
    try {
      byte[] json = RegularFiles.bytes(output.resolve(DIRECTORY).resolve(SEARCH), LARGEST);
      return JSON.readTree(json).path("fingerprint").asString("").equals(fingerprint(search));
    } catch (IOException | JacksonException _) {
      return false;
    }
  }

  /** Of everything that decides which soup is the best, and what its files are. */
  private static String fingerprint(Search search) {
    List<String> lines =
        new ArrayList<>(
            search.firstCandidates().stream()
                .flatMap(candidate ->
                    Stream.of(candidate.role().name(), search.evaluation(candidate, false)))
                .toList());
    lines.add(search.plan().search().toString());
    lines.add(search.plan().evaluate().report().toString());
    lines.add(String.valueOf(search.plan().output().shardSize()));
    return Contents.sha256(lines);
  }
}
