package dev.stockpot.hub.transfer;

import dev.stockpot.checkpoint.ShardIndex;
import dev.stockpot.checkpoint.SidecarFiles;
import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubException.Kind;
import dev.stockpot.hub.HubFile;
import dev.stockpot.hub.Snapshot;
import dev.stockpot.hub.cache.HubCache;
import dev.stockpot.hub.client.Hub;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which files of a repository are a checkpoint: what a merge reads, no other format's weights.
 *
 * @param weights its safetensors files, as transformers finds them
 * @param metadata all else: config, index, tokenizer, licence, card
 */
public record ModelFiles(List<HubFile> weights, List<HubFile> metadata) {

  static final String SINGLE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  private static final Pattern MODULE = Pattern.compile("\\d+_[A-Za-z]+/[^/]+");
  private static final long LARGEST_METADATA = 64L << 20;
  private static final long LARGEST_TOGETHER = 512L << 20;
  private static final int MOST_METADATA = 2_000;
  private static final Pattern FOR_PEOPLE =
      Pattern.compile(
          "(?i)(.*/)?((README|LICEN[CS]E|NOTICE|USE_POLICY)[^/]*|\\.[^/]*|[^/]*\\.(md|png|jpe?g|gif|svg|webp|pdf|ipynb))");

  /** A file of the index's size that is none is not read. */
  static final int LARGEST_INDEX = 64 << 20;

  public ModelFiles {
    weights = List.copyOf(weights);
    metadata = List.copyOf(metadata);
  }

  /** All of them. */
  public List<HubFile> all() {
    return Stream.concat(metadata.stream(), weights.stream()).toList();
  }

  /** All but what only people read: a merge goes on without its card and its pictures. */
  public List<HubFile> needed() {
    return all().stream().filter(file -> !FOR_PEOPLE.matcher(file.path()).matches()).toList();
  }

  /**
   * Chooses among a snapshot's files; reads its index where there is one.
   *
   * @throws HubException where the reference's folder holds no weights in the safetensors format
   */
  static ModelFiles of(Hub hub, HubCache cache, Snapshot snapshot) throws IOException {
    String folder =
        snapshot.reference().subfolder().isEmpty() ? "" : snapshot.reference().subfolder() + "/";
    List<HubFile> metadata = new ArrayList<>();
    boolean isThere = false;
    for (HubFile file : snapshot.files()) {
      if (file.path().startsWith(folder)) {
        isThere = true;
        if (isMetadata(file, file.path().substring(folder.length()))) {
          metadata.add(file);
        }
      }
    }
    if (!isThere) {
      throw refused(
          snapshot, folder.isEmpty() ? "it holds no files" : "it has no folder " + folder);
    }
    if (metadata.size() > MOST_METADATA
        || metadata.stream().mapToLong(HubFile::size).sum() > LARGEST_TOGETHER) {
      throw refused(
          snapshot,
          "it holds %,d files beside its weights, and no checkpoint has so many; name the folder that holds it: hf://%s/FOLDER"
              .formatted(metadata.size(), snapshot.repository()));
    }
    return new ModelFiles(weights(hub, cache, snapshot), metadata);
  }

  private static boolean isMetadata(HubFile file, String name) {
    if (name.equals(INDEX)) {
      return file.size() <= LARGEST_INDEX;
    }
    return file.size() <= LARGEST_METADATA
        && (MODULE.matcher(name).matches() || !SidecarFiles.isWeightsOrTraining(name));
  }

  private static List<HubFile> weights(Hub hub, HubCache cache, Snapshot snapshot)
      throws IOException {
    Optional<HubFile> single = snapshot.inSubfolder(SINGLE);
    if (single.isPresent()) {
      return List.of(single.get());
    }
    Optional<HubFile> index = snapshot.inSubfolder(INDEX);
    if (index.isEmpty()) {
      throw refused(
          snapshot,
          "it holds no weights in the safetensors format (neither %s nor %s); see its branches and its converted forms at %s"
              .formatted(SINGLE, INDEX, hub.settings().page(snapshot.name())));
    }
    List<HubFile> weights = new ArrayList<>();
    for (String shard :
        new TreeSet<>(
            ShardIndex.parse(bytes(hub, cache, index.get()), snapshot.pinned() + ": " + INDEX)
                .values())) {
      weights.add(
          snapshot
              .inSubfolder(shard)
              .orElseThrow(() ->
                  refused(
                      snapshot,
                      "its index names the shard "
                          + shard
                          + ", which the repository does not hold")));
    }
    return weights;
  }

  private static byte[] bytes(Hub hub, HubCache cache, HubFile file) throws IOException {
    Optional<Path> cached = cache.find(file);
    return cached.isPresent()
        ? RegularFiles.bytes(cached.get(), LARGEST_INDEX)
        : WholeFile.read(hub, file, LARGEST_INDEX);
  }

  private static HubException refused(Snapshot snapshot, String what) {
    return new HubException(Kind.REFUSED, snapshot.reference() + ": " + what);
  }
}
