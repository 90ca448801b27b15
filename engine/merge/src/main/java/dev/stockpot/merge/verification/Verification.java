package dev.stockpot.merge.verification;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.safetensors.SafetensorsHeader;
import dev.stockpot.checkpoint.safetensors.ShardLayout;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.merge.planner.InputFile;
import dev.stockpot.merge.planner.MergePlanner;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.merge.verification.Checksums.Mismatch;
import dev.stockpot.merge.verification.OutputTensors.Stored;
import dev.stockpot.merge.verification.VerifyReport.Extent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks a merged checkpoint against its manifest: the shards, every tensor's checksum, and tensors
 * made again from the inputs. Memory does not grow with the model.
 */
public final class Verification {

  private final Path output;
  private final Manifest manifest;
  private final List<Problem> problems = new ArrayList<>();
  private final List<String> unsettled = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private Verification(Path output, Manifest manifest) {
    this.output = output;
    this.manifest = manifest;
  }

  /**
   * Verifies an output.
   *
   * @throws MergeException if it has no manifest, or a shard is not there
   */
  public static VerifyReport run(Path directory, Extent extent) {
    Path output = directory.toAbsolutePath().normalize();
    if (!Files.isDirectory(output)) {
      throw MergeException.userInput(output + ": is not a directory; name a merge's output");
    }
    Manifest manifest =
        Manifest.readIn(output)
            .orElseThrow(() ->
                MergeException.userInput(
                    "%s: has no %s, so nothing says what it should be; only what 'stockpot merge' wrote can be verified"
                        .formatted(output, Manifest.FILE_NAME)));
    return new Verification(output, manifest).run(extent);
  }

  private VerifyReport run(Extent extent) {
    OutputTensors tensors = OutputTensors.read(output, manifest);
    problems.addAll(tensors.problems());
    if (problems.isEmpty()) {
      checkReadable();
    }
    List<Mismatch> mismatches = Checksums.mismatches(tensors.sound());
    mismatches.forEach(each -> problems.add(each.tensor().problem(each.message())));
    Set<Stored> damaged = mismatches.stream().map(Mismatch::tensor).collect(Collectors.toSet());
    int recomputed = recompute(choice(extent, tensors.sound(), damaged));
    return new VerifyReport(
        output,
        extent,
        manifest.tensors().size(),
        tensors.sound().size() - mismatches.size(),
        tensors.sound().stream().mapToLong(Stored::length).sum(),
        recomputed,
        problems,
        unsettled,
        notes);
  }

  /** The index, and what else a reader of the checkpoint needs, fits the shards. */
  private void checkReadable() {
    try {
      Checkpoint.open(output);
    } catch (CheckpointException e) {
      problems.addAll(e.problems());
    }
  }

  /** What the extent says, and what is damaged besides: making it again shows where. */
  private static List<Stored> choice(Extent extent, List<Stored> sound, Set<Stored> damaged) {
    return switch (extent) {
      case Extent.ChecksumsOnly _ -> List.of();
      case Extent.All _ -> sound;
      case Extent.Sample(int count) -> {
        Set<Stored> chosen = new HashSet<>(TensorSample.of(sound, Stored::length, count));
        chosen.addAll(damaged);
        yield sound.stream().filter(chosen::contains).toList();
      }
    };
  }

  /** The number of tensors that came out the same. */
  private int recompute(List<Stored> chosen) {
    if (chosen.isEmpty()) {
      return 0;
    }
    Optional<PlannedMerge> planned = plan();
    if (planned.isEmpty()) {
      return 0;
    }
    List<Problem> found = Recomputation.problems(planned.get(), chosen);
    problems.addAll(found);
    return chosen.size() - found.size();
  }

  private Optional<PlannedMerge> plan() {
    if (manifest.kernel() != Kernels.KERNEL_VERSION) {
      unsettled.add(
          "the output was made by kernels of version %d, this release has %d; verify with stockpot %s"
              .formatted(manifest.kernel(), Kernels.KERNEL_VERSION, manifest.stockpot()));
      return Optional.empty();
    }
    List<String> changes =
        manifest.inputs().stream()
            .map(Manifest.Input::toInputFile)
            .map(InputFile::change)
            .flatMap(Optional::stream)
            .toList();
    try {
      PlannedMerge planned = MergePlanner.plan(manifest.toPlan(output));
      if (outputFiles(planned).equals(manifest.outputs())) {
        changes.forEach(change -> notes.add("input changed since the merge: " + change));
        return Optional.of(planned);
      }
      unsettled.add("the same plan would give another output today");
    } catch (MergeException e) {
      unsettled.add(e.failure().message());
    }
    unsettled.addAll(changes);
    return Optional.empty();
  }

  private static List<Manifest.OutputFile> outputFiles(PlannedMerge planned) {
    return planned.layout().shards().stream()
        .map(shard ->
            new Manifest.OutputFile(shard.fileName(), shard.fileSize(), headerSha256(shard)))
        .toList();
  }

  private static String headerSha256(ShardLayout shard) {
    return SafetensorsHeader.parse(shard.header(), shard.fileSize(), shard.fileName()).sha256();
  }
}
