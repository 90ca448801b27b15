package dev.stockpot.coordinator.staging;

import dev.stockpot.checkpoint.SidecarFiles;
import dev.stockpot.checkpoint.config.HfConfig;
import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.FileTrees;
import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.safetensors.ShardLayout;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.planner.InputFile;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.merge.planner.PlannedSoup;
import dev.stockpot.merge.verification.Manifest;
import dev.stockpot.plan.NonFinitePolicy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Turns finished shards into a checkpoint in its place, or into several below it: writes what
 * stands beside the weights, forces all of it to storage, and renames the directory. A reader sees
 * the whole output or none.
 */
public final class OutputCommit {

  /**
   * What a directory may hold and still be empty: our own area, and what ext4 puts into a mount.
   */
  private static final Set<String> NOTHING = Set.of(".stockpot", "lost+found");

  /** Tokenizers have some megabytes. */
  private static final int LARGEST_SIDECAR = 1 << 29;

  public static final String INDEX = "model.safetensors.index.json";

  private static final String MODEL_CARD = "README.md";

  private final StagingArea staging;
  private final PlannedMerge planned;
  private final boolean replace;
  private WrittenShards shards;
  private final Map<String, byte[]> additions = new TreeMap<>();
  private String found = "";

  /**
   * A commit that has not begun.
   *
   * @param replace whether an output that exists is replaced
   */
  public OutputCommit(StagingArea staging, PlannedMerge planned, boolean replace) {
    this.staging = staging;
    this.planned = planned;
    this.replace = replace;
    this.shards = WrittenShards.of(planned);
  }

  /** Tells what was noted of the shards when their writing began. */
  public OutputCommit of(WrittenShards written) {
    shards = written;
    return this;
  }

  /**
   * Adds files to the output.
   *
   * @param directory of theirs, in the output
   * @param files by name
   */
  public OutputCommit with(String directory, Map<String, byte[]> files) {
    files.forEach((name, content) -> additions.put(directory + "/" + name, content));
    return this;
  }

  /** Adds a section to the model card, in Markdown. */
  public OutputCommit telling(String markdown) {
    found = markdown;
    return this;
  }

  /**
   * Commits.
   *
   * @param manifests one for each soup
   * @throws MergeException if an input changed since it was planned, a shard is not what was
   *     written, something came into the output's place meanwhile or may not be replaced, or a file
   *     cannot be written; then that place is as it was
   */
  public void commit(List<Manifest> manifests) {
    checkInputs();
    checkShards();
    checkPlace();
    try {
      staging.checkClaim();
      deleteStrays();
      for (int soup = 0; soup < manifests.size(); soup++) {
        writeCompanions(planned.soups().get(soup), manifests.get(soup));
      }
      writeAdditions();
      RegularFiles.forceDirectory(staging.shards());
      if (staging.insideOutput()) {
        moveFiles();
        shards.check(staging.output());
      } else {
        moveDirectory();
        checkMoved();
      }
    } catch (CheckpointException e) {
      // Of the donor, which was sound when the merge was planned.
      throw MergeException.userInput(
          e.problems().stream().map(Problem::toString).collect(Collectors.joining("\n")));
    } catch (IOException e) {
      throw unwritable(staging.output(), e);
    }
  }

  private void checkShards() {
    staging.checkClaim();
    shards.checkStaged(staging.shards());
  }

  private void checkPlace() {
    if (!replace && exists(staging.output())) {
      throw cameIntoBeing();
    }
    if (replace) {
      new Neighbours(staging.output(), staging.root()).checkReplaced();
      checkOld(staging, staging.output());
    }
  }

  /** What is replaced is deleted; {@code place} is where it is. */
  private static void checkOld(StagingArea staging, Path place) {
    if (!staging.insideAnother()) {
      ReplacedOutput.check(place, staging.output());
    }
  }

  /**
   * Checks, before work begins, that the output can come into its place.
   *
   * @param replace whether what is there is replaced
   * @param what would not have to be, for messages: this plan's result, say
   * @throws MergeException if something is there that may not be replaced
   */
  public static void checkFree(StagingArea staging, boolean replace, String what) {
    Path output = staging.output();
    if (replace) {
      checkOld(staging, output);
    } else if (exists(output)) {
      throw MergeException.userInput(
          "%s: exists already, and is not %s; choose another output path, or use --force to replace it"
              .formatted(output, what));
    }
  }

  /** What is not whole after all is taken back, and what it replaced comes back. */
  private void checkMoved() throws IOException {
    try {
      shards.check(staging.output());
    } catch (MergeException e) {
      // It may be another's by now, whose claim followed ours.
      staging.checkClaim();
      if (Files.isDirectory(staging.output(), LinkOption.NOFOLLOW_LINKS)) {
        Files.move(staging.output(), staging.shards(), StandardCopyOption.ATOMIC_MOVE);
      }
      staging.restoreReplaced();
      throw e;
    }
  }

  private static MergeException unwritable(Path output, IOException e) {
    return new MergeException(
        new Failure(
            Failure.Kind.of(e),
            "%s: cannot be written: %s".formatted(output, FileErrors.located(e))),
        e);
  }

  private MergeException cameIntoBeing() {
    return MergeException.userInput(
        staging.output() + ": came into being while the merge ran; move it away, or use --force");
  }

  private void checkInputs() {
    List<String> changes =
        planned.inputs().stream().map(InputFile::change).flatMap(Optional::stream).toList();
    if (!changes.isEmpty()) {
      discard();
      throw MergeException.userInput(
          String.join("\n", changes)
              + "\n"
              + "Inputs changed while they were merged, so the result was discarded; run the merge"
              + " again");
    }
  }

  /** Bytes of inputs that are no more are of no use to a later run. */
  private void discard() {
    try {
      staging.checkClaim();
      FileTrees.delete(staging.shards());
    } catch (IOException e) {
      throw unwritable(staging.shards(), e);
    }
  }

  private void writeCompanions(PlannedSoup soup, Manifest manifest) throws IOException {
    Path shards = staging.shards().resolve(soup.spec().directory());
    List<String> names = new ArrayList<>(additions.keySet());
    Optional<byte[]> index = planned.layout().index();
    if (index.isPresent()) {
      write(shards.resolve(INDEX), index.get());
      names.add(INDEX);
    }
    if (planned.donor().isPresent()) {
      names.addAll(copySidecars(planned.donor().get(), shards));
    }
    write(shards.resolve(MODEL_CARD), new ModelCard(planned, soup, found).markdown());
    names.add(MODEL_CARD);
    names.sort(null);
    write(shards.resolve(Manifest.FILE_NAME), manifest.with(names).toJson());
    RegularFiles.forceDirectory(shards);
  }

  /** What a commit that was stopped wrote beside the shards, perhaps for another donor. */
  private void deleteStrays() throws IOException {
    Set<Path> shards =
        planned.shards().keySet().stream()
            .map(staging.shards()::resolve)
            .collect(Collectors.toSet());
    Set<Path> directories = shards.stream().map(Path::getParent).collect(Collectors.toSet());
    directories.add(staging.shards());
    for (Path directory : directories) {
      for (Path entry : FileTrees.entries(directory)) {
        if (!shards.contains(entry) && !directories.contains(entry)) {
          FileTrees.delete(entry);
        }
      }
    }
  }

  /** Tells their names. */
  private List<String> copySidecars(Path donor, Path shards) throws IOException {
    List<String> names = new ArrayList<>();
    Set<Path> folders = new LinkedHashSet<>();
    for (SidecarFiles.Sidecar sidecar : SidecarFiles.in(donor)) {
      byte[] content = RegularFiles.bytes(sidecar.source(), LARGEST_SIDECAR);
      Path target = shards.resolve(sidecar.name());
      Files.createDirectories(target.resolveSibling("."));
      if (sidecar.name().equals(HfConfig.FILE_NAME)) {
        content =
            HfConfig.adapted(
                content, planned.outputDtype(), planned.untied(), sidecar.source().toString());
      }
      write(target, content);
      names.add(sidecar.name());
      folders.add(target.resolveSibling("."));
    }
    for (Path folder : folders) {
      RegularFiles.forceDirectory(folder);
    }
    return names;
  }

  private void writeAdditions() throws IOException {
    for (Map.Entry<String, byte[]> addition : additions.entrySet()) {
      Path file = staging.shards().resolve(addition.getKey());
      Files.createDirectories(file.resolveSibling("."));
      write(file, addition.getValue());
      RegularFiles.forceDirectory(file.resolveSibling("."));
    }
  }

  private void moveDirectory() throws IOException {
    Path output = staging.output();
    staging.checkClaim();
    if (replace && Files.exists(output, LinkOption.NOFOLLOW_LINKS)) {
      FileTrees.delete(staging.replaced());
      Files.move(output, staging.replaced(), StandardCopyOption.ATOMIC_MOVE);
      checkReplaced();
    }
    try {
      Files.move(staging.shards(), output, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      staging.restoreReplaced();
      // Of a directory that is not empty the file system says so in words of its own.
      if (exists(output)) {
        throw cameIntoBeing();
      }
      throw e;
    }
    RegularFiles.forceDirectory(output.resolveSibling("."));
  }

  /** Somebody may have put a file there since the output was looked through. */
  private void checkReplaced() throws IOException {
    try {
      checkOld(staging, staging.replaced());
    } catch (MergeException e) {
      staging.restoreReplaced();
      throw e;
    }
  }

  /**
   * A mount point cannot be renamed onto: the files move, what readers look for first goes last.
   */
  private void moveFiles() throws IOException {
    Path output = staging.output();
    staging.checkClaim();
    if (replace) {
      checkOld(staging, output);
      Files.createDirectories(staging.replaced());
      // The manifest last: should this be stopped, it still proves what the rest is.
      List<Path> olds =
          FileTrees.entries(output).stream()
              .sorted(Comparator.comparing(old -> old.endsWith(Manifest.FILE_NAME)))
              .toList();
      for (Path old : olds) {
        if (!isNothing(old)) {
          Files.move(
              old, staging.replaced().resolve(old.getFileName()), StandardCopyOption.ATOMIC_MOVE);
        }
      }
    }
    write(staging.moving(), new byte[0]);
    RegularFiles.forceDirectory(staging.root());
    moveStaged(staging);
  }

  /**
   * Ends a commit that was stopped while its files moved into a mount point: they were whole when
   * the first of them moved.
   *
   * @throws MergeException if a file cannot be moved
   */
  public static void finishInterrupted(StagingArea staging) {
    if (!Files.exists(staging.moving())) {
      return;
    }
    try {
      moveStaged(staging);
    } catch (IOException e) {
      throw unwritable(staging.output(), e);
    }
  }

  private static void moveStaged(StagingArea staging) throws IOException {
    Path output = staging.output();
    List<Path> files =
        FileTrees.entries(staging.shards()).stream()
            .sorted(Comparator.comparingInt(OutputCommit::commitOrder))
            .toList();
    staging.checkClaim();
    for (Path file : files) {
      Files.move(file, output.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
    }
    RegularFiles.forceDirectory(output);
    // From here on what stands in the staging directory is another job's.
    Files.delete(staging.moving());
    RegularFiles.forceDirectory(staging.root());
  }

  /** A checkpoint is there when its index is, or its only shard. */
  private static int commitOrder(Path file) {
    String name = file.getFileName().toString();
    return name.equals(INDEX) || name.equals("model.safetensors") ? 1 : 0;
  }

  static boolean isNothing(Path entry) {
    return NOTHING.contains(String.valueOf(entry.getFileName()));
  }

  private static void write(Path file, byte[] content) throws IOException {
    try (FileChannel channel =
        RegularFiles.open(
            file,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  /** Whether the finished output of this very merge, with all its soups, stands in its place. */
  public static boolean isFinished(PlannedMerge planned) {
    return planned.soups().stream().allMatch(soup -> isFinished(planned, soup));
  }

  private static boolean isFinished(PlannedMerge planned, PlannedSoup soup) {
    Path output = soup.plan().output().path();
    try {
      Optional<Manifest> manifest = Manifest.readIn(output);
      if (manifest.isEmpty()
          || !manifest.get().fingerprint().equals(soup.fingerprint())
          || !isAllowed(manifest.get(), soup.plan().nonFinite())) {
        return false;
      }
      for (ShardLayout shard : planned.layout().shards()) {
        if (Files.size(output.resolve(shard.fileName())) != shard.fileSize()) {
          return false;
        }
      }
      return planned.layout().index().isEmpty() || Files.exists(output.resolve(INDEX));
    } catch (MergeException | CheckpointException | IOException _) {
      return false;
    }
  }

  /** The policy is no part of the fingerprint: it decides whether there is an output, not which. */
  private static boolean isAllowed(Manifest manifest, NonFinitePolicy policy) {
    return switch (policy) {
      case WARN -> true;
      case FAIL ->
          manifest.tensors().stream().allMatch(tensor -> tensor.nan() + tensor.infinity() == 0);
    };
  }

  /**
   * Whether something stands in the output's place. An empty directory is nothing; a link to one is
   * something, for no directory can be renamed onto it: a staging area's output is none.
   */
  static boolean exists(Path output) {
    if (!Files.isDirectory(output, LinkOption.NOFOLLOW_LINKS)) {
      return Files.exists(output, LinkOption.NOFOLLOW_LINKS);
    }
    try {
      return !FileTrees.entries(output).stream().allMatch(OutputCommit::isNothing);
    } catch (IOException e) {
      throw MergeException.environment(
          "%s: cannot be read: %s".formatted(output, FileErrors.located(e)), e);
    }
  }
}
