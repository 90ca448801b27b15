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
  private static final int LARGEST_INDEX = 1 << 28;

  public ModelFiles {
    weights = List.copyOf(weights);
    metadata = List.copyOf(metadata);
  }

  /** All of them. */
  public List<HubFile> all() {
    return Stream.concat(metadata.stream(), weights.stream()).toList();
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
    return new ModelFiles(weights(hub, cache, snapshot), metadata);
  }

  private static boolean isMetadata(HubFile file, String name) {
    if (name.equals(INDEX)) {
      return true;
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
    if (file.size() > LARGEST_INDEX) {
      throw new HubException(
          Kind.REFUSED, file.repository() + ": " + file.path() + " is too large for an index");
    }
    Optional<Path> cached = cache.find(file);
    return cached.isPresent()
        ? RegularFiles.bytes(cached.get(), LARGEST_INDEX)
        : hub.read(file, 0, (int) file.size());
  }

  private static HubException refused(Snapshot snapshot, String what) {
    return new HubException(Kind.REFUSED, snapshot.reference() + ": " + what);
  }
}
