package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.file.HubCache;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What lies in a directory that holds no checkpoint's weights, and which path to give, or which
 * command to run, instead.
 */
final class WeightlessDirectory {
  private static final Pattern SHARD = Pattern.compile("model-\\d+-of-\\d+\\.safetensors");
  private static final Pattern VARIANT =
      Pattern.compile(
          "model\\.([A-Za-z0-9_]+)(-\\d+-of-\\d+)?\\.safetensors"
              + "|model\\.safetensors\\.index\\.([A-Za-z0-9_]+)\\.json");
  private static final Pattern STEP = Pattern.compile("checkpoint-(\\d{1,18})");
  private static final Pattern DEEPSPEED =
      Pattern.compile("global_step\\d+|zero_to_fp32\\.py|.*(optim|model)_states\\.pt");
  private static final Pattern FSDP =
      Pattern.compile(".*\\.distcp|pytorch_model_fsdp.*|optimizer_\\d+");
  private static final String DOWNLOADS = ".cache/huggingface/download";
  private static final int NAMED = 3;
  private static final int MOST_LOOKED_AT = 1_000;

  private final Path directory;
  private final SortedSet<String> names;

  private WeightlessDirectory(Path directory, SortedSet<String> names) {
    this.directory = directory;
    this.names = names;
  }

  /** The problem; {@code names} are those of all that lies in the directory. */
  static Problem problem(Path directory, SortedSet<String> names) throws IOException {
    return new WeightlessDirectory(directory, names).problem();
  }

  private Problem problem() throws IOException {
    if (names.isEmpty()) {
      return told("is empty; download the checkpoint again");
    }
    if (Adapters.isIn(names)) {
      return Adapters.refusal(directory);
    }
    Optional<String> cache = HubCache.advice(directory);
    if (cache.isPresent()) {
      return told(cache.get());
    }
    List<String> tensors =
        names.stream().filter(name -> name.endsWith(WeightFiles.SUFFIX)).toList();
    if (tensors.stream().anyMatch(name -> SHARD.matcher(name).matches())) {
      return told("holds shards but no " + ShardIndex.FILE_NAME + "; download it too");
    }
    Optional<String> variant = variant();
    if (variant.isPresent()) {
      return told(variant.get());
    }
    if (!tensors.isEmpty()) {
      return told(
          "holds neither model.safetensors nor %s, but %s; give the file itself to read it alone"
              .formatted(ShardIndex.FILE_NAME, listed(tensors)));
    }
    return below().orElseGet(this::otherWeights);
  }

  private Optional<String> variant() {
    for (String name : names) {
      Matcher variant = VARIANT.matcher(name);
      if (variant.matches()) {
        String which = variant.group(1) == null ? variant.group(3) : variant.group(1);
        return Optional.of(
            "holds the weights of the variant '%s' alone (%s); give a directory in which its files have their plain names, such as model.safetensors or %s"
                .formatted(which, Printable.text(name), ShardIndex.FILE_NAME));
      }
    }
    return Optional.empty();
  }

  /** Directories below that hold weights, or a training's last step if none does. */
  private Optional<Problem> below() throws IOException {
    List<Path> whole = new ArrayList<>();
    TreeMap<Long, Path> steps = new TreeMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, Files::isDirectory)) {
      int left = MOST_LOOKED_AT;
      for (Path entry : entries) {
        if (left-- == 0) {
          break;
        }
        Matcher step = STEP.matcher(String.valueOf(entry.getFileName()));
        if (step.matches()) {
          steps.put(Long.parseLong(step.group(1)), entry);
        }
        if (Files.exists(entry.resolve(WeightFiles.SINGLE))
            || Files.exists(entry.resolve(ShardIndex.FILE_NAME))) {
          whole.add(entry);
        }
      }
    }
    if (!whole.isEmpty()) {
      return Optional.of(told(give(whole, steps)));
    }
    if (steps.isEmpty()) {
      return Optional.empty();
    }
    Path last = steps.lastEntry().getValue();
    return Optional.of(problem(last, WeightFiles.names(last)));
  }

  private String give(List<Path> whole, SortedMap<Long, Path> steps) {
    List<Path> saved = steps.values().stream().filter(whole::contains).toList();
    List<Path> given =
        saved.isEmpty()
            ? whole.stream().sorted(Comparator.comparing(Path::toString)).toList()
            : saved;
    String last = Printable.text(given.getLast().toString());
    if (given.size() == 1) {
      return "holds no weights itself, but a directory below does; give " + last;
    }
    List<String> shown =
        given.stream()
            .skip(Math.max(0, given.size() - NAMED))
            .map(path -> Printable.text(String.valueOf(path.getFileName())))
            .toList();
    int more = given.size() - shown.size();
    return "holds no weights itself, but %d directories below do (%s%s); give one of them, such as %s"
        .formatted(given.size(), more > 0 ? more + " and " : "", String.join(", ", shown), last);
  }

  private Problem otherWeights() {
    if (names.stream().anyMatch(name -> DEEPSPEED.matcher(name).matches())) {
      return told(
          "holds the state of a DeepSpeed training, and no weights in the safetensors format; "
              + OtherFormat.DEEPSPEED.cure(withScript()));
    }
    if (names.stream().anyMatch(name -> FSDP.matcher(name).matches())) {
      Path state =
          names.contains("pytorch_model_fsdp_0")
              ? directory.resolve("pytorch_model_fsdp_0")
              : directory;
      return told(
          "holds the state of an FSDP training, and no weights in the safetensors format; "
              + OtherFormat.FSDP.cure(state));
    }
    List<String> others = names.stream().filter(name -> OtherFormat.of(name).isPresent()).toList();
    for (OtherFormat format : OtherFormat.values()) {
      List<String> ofFormat =
          others.stream().filter(name -> OtherFormat.of(name).orElseThrow() == format).toList();
      if (!ofFormat.isEmpty()) {
        return told(
            "holds no safetensors weights; %s %s; %s"
                .formatted(listed(ofFormat), format.what, format.cure(directory)));
      }
    }
    if (hasUnfinishedDownload()) {
      return told("holds a download that did not finish; run the same download again");
    }
    return told(
        "holds no weights: neither model.safetensors nor "
            + ShardIndex.FILE_NAME
            + "; download them"
            + HubCache.download(directory.toAbsolutePath())
                .map(command -> ": " + command)
                .orElse(""));
  }

  /** DeepSpeed puts its script beside the directories of its steps. */
  private Path withScript() {
    Path parent = directory.toAbsolutePath().getParent();
    return parent != null && Files.exists(parent.resolve("zero_to_fp32.py")) ? parent : directory;
  }

  private boolean hasUnfinishedDownload() {
    Path downloads = directory.resolve(DOWNLOADS);
    if (!Files.isDirectory(downloads)) {
      return false;
    }
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(downloads, "*.incomplete")) {
      return parts.iterator().hasNext();
    } catch (IOException _) {
      // What is missing is said all the same.
      return false;
    }
  }

  private Problem told(String what) {
    return Problem.inFile(directory.toString(), what);
  }

  private static String listed(List<String> names) {
    String first = Printable.text(names.getFirst());
    return names.size() == 1 ? first : first + " (and " + (names.size() - 1) + " more)";
  }
}
