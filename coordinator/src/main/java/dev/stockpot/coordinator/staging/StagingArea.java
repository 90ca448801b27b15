package dev.stockpot.coordinator.staging;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.FileTrees;
import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.checkpoint.safetensors.ShardLayout;
import dev.stockpot.coordinator.files.DirectoryLock;
import dev.stockpot.coordinator.files.PrivateFiles;
import dev.stockpot.coordinator.files.Uses;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.plan.paths.RealPaths;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The directory {@code .<name>.stockpot} beside an output: a lock, the journal, and the shards
 * until they are committed. It is on the output's file system, so that the commit is a rename;
 * where the output itself is a mount point, it lies inside the output.
 *
 * <p>It is closed to other users, to the group too unless the umask lets that write; the output
 * itself gets the umask's modes. One process at a time holds it, until it ends in any way.
 */
public final class StagingArea implements AutoCloseable {

  /** Characters of the token that {@link #writeToken} writes. */
  static final int TOKEN_LENGTH = 36;

  private static final int CLAIM_ATTEMPTS = 10;

  private final Path output;
  private final Path root;
  private final boolean insideOutput;
  private final boolean insideAnother;
  private final List<Path> createdParents;
  private final DirectoryLock lock;
  private final Uses uses = new Uses();

  private StagingArea(
      Path output,
      Path root,
      boolean insideOutput,
      boolean insideAnother,
      List<Path> createdParents,
      DirectoryLock lock) {
    this.output = output;
    this.root = root;
    this.insideOutput = insideOutput;
    this.insideAnother = insideAnother;
    this.createdParents = createdParents;
    this.lock = lock;
  }

  /**
   * Claims the area of an output that replaces nothing, as {@link #claim(Path, boolean)} does.
   *
   * @throws MergeException likewise
   */
  public static StagingArea claim(Path output) {
    return claim(output, false);
  }

  /**
   * Claims the area of an output, creating it if need be. Where the output's path is a link to a
   * directory, that directory is the output, and {@link #output} its path.
   *
   * @param replace whether an output that exists is to be replaced
   * @throws MergeException if another run holds it, it cannot be created, or the output is in, at
   *     or above something of ours that is alive
   */
  public static StagingArea claim(Path output, boolean replace) {
    return claimReal(real(output), replace);
  }

  /** A link in the output's place stays, and leads to the output. */
  private static Path real(Path output) {
    if (!Files.isSymbolicLink(output)) {
      return output;
    }
    try {
      Path real = RealPaths.of(output);
      if (!Files.isDirectory(real)) {
        throw MergeException.userInput(
            "%s: is a link to %s, where there is no directory; make one, remove the link, or choose another output path"
                .formatted(output, real));
      }
      return real;
    } catch (IOException e) {
      throw MergeException.environment(
          "%s: this link cannot be followed: %s".formatted(output, FileErrors.reason(e)), e);
    }
  }

  private static StagingArea claimReal(Path output, boolean replace) {
    Neighbours neighbours = new Neighbours(output, rootOf(output));
    // Before anything is created there, and again once others see the claim.
    neighbours.checkAbove();
    StagingArea claimed = claimUnchecked(output, false);
    try {
      neighbours.checkAbove();
      if (replace) {
        neighbours.checkReplaced();
      }
      return claimed;
    } catch (MergeException e) {
      claimed.giveBack();
      throw e;
    }
  }

  private void giveBack() {
    try (this) {
      if (!hasWork() && FileTrees.entries(journalDirectory()).isEmpty()) {
        delete();
      }
    } catch (IOException e) {
      throw unusable(root, e);
    }
  }

  /** Claims the area of an output that lies in this area: what a job makes on its way. */
  public StagingArea claimInside(Path output) {
    if (!output.startsWith(root)) {
      throw new IllegalArgumentException(output + " lies outside " + root);
    }
    return claimUnchecked(output, true);
  }

  private static Path rootOf(Path output) {
    return isMountPoint(output) ? Neighbours.areaInside(output) : Neighbours.areaBeside(output);
  }

  private static StagingArea claimUnchecked(Path output, boolean insideAnother) {
    Path root = rootOf(output);
    boolean inside = root.startsWith(output);
    List<Path> createdParents = missingParents(root);
    try {
      for (int attempt = 0; attempt < CLAIM_ATTEMPTS; attempt++) {
        PrivateFiles.makeSharedDirectory(root);
        Optional<DirectoryLock> lock = DirectoryLock.acquire(root);
        if (lock.isPresent()) {
          return new StagingArea(output, root, inside, insideAnother, createdParents, lock.get())
              .withOutputRestored();
        }
      }
      throw MergeException.environment(
          root + ": comes and goes under another run; try again", null);
    } catch (DirectoryLock.HeldException held) {
      throw MergeException.environment(
          "%s: %s is writing this output; wait for it, or stop it"
              .formatted(output, held.getMessage()),
          null);
    } catch (IOException e) {
      throw new MergeException(
          new Failure(
              Failure.Kind.of(e),
              "%s: the output's directory cannot be written: %s"
                  .formatted(root, FileErrors.reason(e))),
          e);
    }
  }

  /** The directories above that are not there yet, innermost first. */
  private static List<Path> missingParents(Path root) {
    List<Path> missing = new ArrayList<>();
    for (Path at = root.getParent(); at != null && Files.notExists(at); at = at.getParent()) {
      missing.add(at);
    }
    return missing;
  }

  private StagingArea withOutputRestored() throws IOException {
    try {
      restoreReplaced();
      return this;
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /**
   * Puts an output that was to be replaced back into its place, if a run ended between taking it
   * out and putting the new one in. Where the area lies inside the output, single files move, and
   * what is there is left as it is.
   */
  void restoreReplaced() throws IOException {
    if (!insideOutput
        && Files.exists(replaced(), LinkOption.NOFOLLOW_LINKS)
        && Files.notExists(output, LinkOption.NOFOLLOW_LINKS)) {
      Files.move(replaced(), output, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private static boolean isMountPoint(Path output) {
    try {
      if (!Files.isDirectory(output)) {
        return false;
      }
      FileStore own = Files.getFileStore(output);
      return !own.equals(Files.getFileStore(output.resolve("..")));
    } catch (IOException _) {
      return false;
    }
  }

  public Path output() {
    return output;
  }

  public Path root() {
    return root;
  }

  /** Whether the area lies inside the output, because that is a mount point. */
  boolean insideOutput() {
    return insideOutput;
  }

  /** Whether the output lies in another staging area, where everything is ours. */
  boolean insideAnother() {
    return insideAnother;
  }

  public Path journalDirectory() {
    return root.resolve("journal");
  }

  /** Where the shards of the job are until they are committed, as they will lie in the output. */
  public Path shards() {
    return root.resolve("shards");
  }

  /** Whether there are shards that a later run may go on with. */
  public boolean hasShards() {
    return Files.isDirectory(shards());
  }

  /**
   * Whether there is more than the lock and journals: something that a later run may go on with.
   */
  public boolean hasWork() {
    try {
      return FileTrees.entries(root).stream()
          .anyMatch(entry -> !lock.isPart(entry) && !entry.equals(journalDirectory()));
    } catch (IOException e) {
      throw unusable(root, e);
    }
  }

  /** Where an output that is being replaced waits until the new one is in its place. */
  Path replaced() {
    return root.resolve("replaced");
  }

  /** Stands for as long as whole shards move from here into a mount point, one by one. */
  Path moving() {
    return root.resolve("moving");
  }

  /**
   * Whether every shard is there in its full size.
   *
   * @param shards by their paths below {@link #shards()}
   */
  public boolean isAllocated(Map<Path, ShardLayout> shards) {
    return shards.entrySet().stream()
        .allMatch(shard -> {
          try {
            return Files.size(shards().resolve(shard.getKey())) == shard.getValue().fileSize();
          } catch (IOException _) {
            return false;
          }
        });
  }

  /**
   * Creates every shard anew with its header and with room taken for all of its bytes: a full disk
   * fails here, not after hours.
   *
   * @throws MergeException of kind OUT_OF_DISK if there is no room
   */
  public void allocate(Map<Path, ShardLayout> shards) {
    try {
      if (hasShards()) {
        checkClaim();
      }
      FileTrees.delete(shards());
      Map<Path, Long> sizes = new LinkedHashMap<>();
      long needed = 0;
      for (Map.Entry<Path, ShardLayout> shard : shards.entrySet()) {
        Path file = shards().resolve(shard.getKey());
        Files.createDirectories(file.getParent());
        sizes.put(file, shard.getValue().fileSize());
        needed += shard.getValue().fileSize();
      }
      checkSpace(root, needed);
      allocate(sizes, needed);
      restoreHeaders(shards);
    } catch (IOException e) {
      throw unusable(shards(), e);
    }
  }

  private static MergeException unusable(Path directory, IOException e) {
    return new MergeException(
        new Failure(Failure.Kind.of(e), "%s: %s".formatted(directory, FileErrors.located(e))), e);
  }

  /**
   * Checks that a file system has room.
   *
   * @throws MergeException of kind OUT_OF_DISK if it has not
   */
  public static void checkSpace(Path directory, long needed) throws IOException {
    long free = Files.getFileStore(directory).getUsableSpace();
    if (free < needed) {
      throw outOfDisk(directory, needed, free);
    }
  }

  private void allocate(Map<Path, Long> sizes, long needed) throws IOException {
    try {
      Preallocation.create(sizes);
    } catch (IOException e) {
      long free = root.toFile().getUsableSpace();
      // Else a quota is exceeded, or there is room for bytes and none for a further file.
      if (FileErrors.isFullDisk(e) && free < needed) {
        throw outOfDisk(root, needed, free);
      }
      throw e;
    }
  }

  /**
   * Writes the header of every allocated shard: a run that was stopped while it allocated leaves
   * shards of the full size whose headers are not there.
   */
  public void restoreHeaders(Map<Path, ShardLayout> shards) {
    try {
      for (Map.Entry<Path, ShardLayout> shard : shards.entrySet()) {
        writeHeader(shards().resolve(shard.getKey()), shard.getValue());
      }
    } catch (IOException e) {
      throw unusable(shards(), e);
    }
  }

  /**
   * Writes a new token beside the shards, which are there: who reads it sees this directory. The
   * commit leaves it out.
   *
   * @return what the file {@link MergeSpec#TOKEN_FILE} holds now
   */
  public String writeToken() {
    String token = UUID.randomUUID().toString();
    try {
      Files.writeString(shards().resolve(MergeSpec.TOKEN_FILE), token);
      return token;
    } catch (IOException e) {
      throw unusable(shards(), e);
    }
  }

  private static void writeHeader(Path file, ShardLayout shard) throws IOException {
    try (FileChannel channel = RegularFiles.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer header = ByteBuffer.wrap(shard.header());
      while (header.hasRemaining()) {
        channel.write(header, header.position());
      }
      channel.force(true);
    }
  }

  private static MergeException outOfDisk(Path directory, long needed, long free) {
    return new MergeException(
        new Failure(
            Failure.Kind.OUT_OF_DISK,
            "%s: the output needs %,d bytes, its file system has %,d left; free some, or write elsewhere"
                .formatted(directory, needed, free)));
  }

  /**
   * Deletes the area, lock included, and directories above it that it had to create and that are
   * empty: the output is in its place, or never will be.
   */
  public void delete() {
    try {
      for (Path entry : FileTrees.entries(root)) {
        if (!lock.isPart(entry)) {
          checkClaim();
          FileTrees.delete(entry);
        }
      }
      lock.deleteDirectory();
      for (Path parent : createdParents) {
        if (!FileTrees.entries(parent).isEmpty()) {
          break;
        }
        Files.delete(parent);
      }
    } catch (IOException e) {
      throw unusable(root, e);
    }
  }

  /**
   * Checks, before what cannot be undone, that the area is this process's still. Somebody may have
   * deleted it; and a process that was frozen may find that its claim has gone to another, where
   * the file system forgets the locks of a machine that it cannot reach.
   *
   * @throws MergeException of kind ENVIRONMENT if it is not
   */
  void checkClaim() {
    if (!lock.isHeld()) {
      throw MergeException.environment(
          "%s: was deleted by something else, or claimed by another process, which has the output now; look for both, and run the merge again"
              .formatted(root),
          null);
    }
  }

  /**
   * Does work on the area's files, which stays claimed until it is done.
   *
   * @throws MergeException of kind ENVIRONMENT if the area has been given up
   */
  public <T> T use(Supplier<T> work) {
    return uses.use(work)
        .orElseThrow(() ->
            MergeException.environment(output + ": is not claimed by this merge any more", null));
  }

  /** Gives the area up, once nobody uses it any more. */
  @Override
  public void close() {
    uses.end(lock::close);
  }
}
