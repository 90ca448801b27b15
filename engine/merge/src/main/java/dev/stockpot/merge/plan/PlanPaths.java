package dev.stockpot.merge.plan;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares the paths of a file's plans with the file system and with each other, links followed.
 *
 * <p>Whether a directory holds a whole checkpoint, whether the output exists and whether there is
 * room for it are questions for the planner.
 */
final class PlanPaths {
  /** As Linux has it. */
  private static final int MAX_PATH = 4096;

  /** Neighbours that are looked at for a "did you mean". */
  private static final int MAX_NEIGHBOURS = 1000;

  private enum Kind {
    MODEL,
    DONOR
  }

  /**
   * A path of a plan.
   *
   * @param plan counts the plans of the file
   * @param path absolute, normalised
   * @param real the same with its links followed
   */
  private record Entry(int plan, Located<String> written, Path path, Path real) {
    String quoted() {
      return Wording.quoted(written.value());
    }

    int line() {
      return written.place().line();
    }
  }

  private final Path source;
  private final Path baseDirectory;
  private final Problems problems;
  private final PathTree<Entry> inputs = new PathTree<>();
  private final PathTree<Entry> outputs = new PathTree<>();

  PlanPaths(Path source, Path baseDirectory, Problems problems) {
    this.source = source;
    this.baseDirectory = baseDirectory.toAbsolutePath().normalize();
    this.problems = problems;
  }

  /** The plans, if the drafts and their paths are without a mistake; else nothing to rely on. */
  List<MergePlan> resolve(List<PlanDraft> drafts) {
    List<Resolved> all = new ArrayList<>();
    for (int plan = 0; plan < drafts.size(); plan++) {
      all.add(entries(plan, drafts.get(plan)));
    }
    for (Resolved plan : all) {
      plan.output().ifPresent(this::checkOutput);
    }
    for (Resolved plan : all) {
      checkInputs(plan);
    }
    return problems.isEmpty() ? all.stream().map(this::plan).toList() : List.of();
  }

  private record Resolved(
      PlanDraft draft, List<Entry> models, Optional<Entry> donor, Optional<Entry> output) {}

  private Resolved entries(int plan, PlanDraft draft) {
    List<Entry> models =
        draft.models().stream()
            .flatMap(model -> model.reference().stream())
            .flatMap(reference -> entry(plan, reference).stream())
            .toList();
    Optional<Entry> donor = draft.donor().flatMap(reference -> entry(plan, reference));
    models.forEach(model -> inputs.put(model.real(), model));
    donor.ifPresent(d -> inputs.put(d.real(), d));
    Optional<Entry> output = draft.output().flatMap(path -> entry(plan, path));
    return new Resolved(draft, models, donor, output);
  }

  private Optional<Entry> entry(int plan, Located<String> written) {
    String text = written.value();
    if (HubReference.isUrl(text)) {
      problems.at(written.place(), HubReference.refusedUrl(text));
      return Optional.empty();
    }
    if (text.length() > MAX_PATH) {
      problems.at(written.place(), "this path is longer than " + MAX_PATH + " characters");
      return Optional.empty();
    }
    try {
      Path path = baseDirectory.resolve(text).normalize();
      return Optional.of(new Entry(plan, written, path, RealPaths.of(path)));
    } catch (InvalidPathException e) {
      problems.at(written.place(), Wording.quoted(text) + " cannot be a path: " + e.getReason());
    } catch (IOException e) {
      problems.at(written.place(), Wording.quoted(text) + " cannot be followed: " + e.getMessage());
    }
    return Optional.empty();
  }

  private void checkOutput(Entry output) {
    overlap(output).ifPresent(problem -> problems.at(output.written().place(), problem));
    outputs.put(output.real(), output);
  }

  private Optional<String> overlap(Entry output) {
    Optional<Entry> equal = inputs.at(output.real()).filter(in -> in.plan() <= output.plan());
    if (equal.isPresent()) {
      return Optional.of(clash(output, "is also the input", equal.get()));
    }
    Optional<Entry> above = inputs.above(output.real());
    if (above.isPresent()) {
      return Optional.of(clash(output, "lies inside the input", above.get()));
    }
    Optional<Entry> below = inputs.below(output.real());
    if (below.isPresent()) {
      return Optional.of(clash(output, "holds the input", below.get()));
    }
    Optional<Entry> other =
        outputs
            .at(output.real())
            .or(() -> outputs.above(output.real()))
            .or(() -> outputs.below(output.real()));
    if (other.isPresent()) {
      return Optional.of(clash(output, "touches the output", other.get()));
    }
    return obstacle(output);
  }

  private static String clash(Entry output, String verb, Entry other) {
    String links =
        output.real().equals(output.path()) ? "" : " (links lead it to " + output.real() + ")";
    return "the output "
        + output.quoted()
        + links
        + " "
        + verb
        + " "
        + other.quoted()
        + " of line "
        + other.line()
        + "; choose another directory";
  }

  private Optional<String> obstacle(Entry output) {
    if (baseDirectory.startsWith(output.path())) {
      return Optional.of(
          "the output " + output.quoted() + " holds the plan's own directory; choose another");
    }
    Path existing = RealPaths.longestExisting(output.path());
    if (Files.isDirectory(existing)) {
      return Optional.empty();
    }
    return Optional.of(
        "the output " + output.quoted() + " cannot be created: " + existing + " is a file");
  }

  private void checkInputs(Resolved plan) {
    Map<Path, Entry> seen = new HashMap<>();
    for (Entry model : plan.models()) {
      Entry first = seen.putIfAbsent(model.real(), model);
      if (first != null) {
        problems.at(
            model.written().place(),
            "the model "
                + model.quoted()
                + " is listed twice, first on line "
                + first.line()
                + "; list it once with one weight");
      } else {
        checkInput(model, Kind.MODEL);
      }
    }
    plan.donor().filter(d -> !seen.containsKey(d.real())).ifPresent(d -> checkInput(d, Kind.DONOR));
    plan.donor()
        .filter(d -> Files.isRegularFile(d.path()))
        .ifPresent(d ->
            problems.at(
                d.written().place(),
                "the donor "
                    + d.quoted()
                    + " must be a checkpoint's directory, where config and tokenizer are"));
  }

  private void checkInput(Entry input, Kind kind) {
    Optional<Entry> maker = outputs.at(input.real());
    if (maker.isPresent() && maker.get().plan() < input.plan()) {
      return;
    }
    Place place = input.written().place();
    if (!Files.exists(input.path())) {
      problems.at(place, missing(input, maker));
    } else if (kind == Kind.MODEL
        && !Files.isDirectory(input.path())
        && !input.path().toString().endsWith(".safetensors")) {
      problems.at(
          place,
          "the model "
              + input.quoted()
              + " is neither a directory nor a .safetensors file; give the checkpoint's directory");
    }
  }

  private String missing(Entry input, Optional<Entry> maker) {
    String missing = input.quoted() + " does not exist (looked for " + input.path() + ")";
    if (maker.isPresent() && maker.get().plan() > input.plan()) {
      return missing
          + "; the plan that writes it, on line "
          + maker.get().line()
          + ", must stand before this one";
    }
    String text = input.written().value();
    if (text.startsWith("~")) {
      return missing + "; '~' is not expanded, write the whole path";
    }
    return HubReference.suspected(text, baseDirectory)
        .map(hub -> missing + "; " + hub)
        .orElseGet(() -> missing + Wording.didYouMean(nameOf(input.path()), neighbours(input)));
  }

  private static String nameOf(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString();
  }

  private static List<String> neighbours(Entry input) {
    List<String> names = new ArrayList<>();
    Path parent = input.path().getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      return names;
    }
    try (DirectoryStream<Path> siblings = Files.newDirectoryStream(parent)) {
      for (Path sibling : siblings) {
        if (names.size() == MAX_NEIGHBOURS) {
          break;
        }
        names.add(nameOf(sibling));
      }
    } catch (IOException e) {
      // Only the suggestion is lost; that the model is missing is said all the same.
      return List.of();
    }
    names.sort(null);
    return names;
  }

  private MergePlan plan(Resolved resolved) {
    PlanDraft draft = resolved.draft();
    List<MergePlan.Ingredient> models = new ArrayList<>();
    for (int i = 0; i < draft.models().size(); i++) {
      Entry model = resolved.models().get(i);
      Fraction weight = draft.models().get(i).weight().orElseThrow();
      models.add(new MergePlan.Ingredient(model.written().value(), model.path(), weight));
    }
    return new MergePlan(
        source,
        draft.method(),
        models,
        draft.normalize(),
        draft.dtype(),
        resolved.donor().map(Entry::path),
        new MergePlan.Output(resolved.output().orElseThrow().path(), draft.shardSize()),
        draft.nonFinite());
  }
}
