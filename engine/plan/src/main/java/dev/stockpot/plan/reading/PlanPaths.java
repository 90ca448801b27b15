package dev.stockpot.plan.reading;

import dev.stockpot.checkpoint.HubReference;
import dev.stockpot.checkpoint.problem.Wording;
import dev.stockpot.plan.Fraction;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.Plan;
import dev.stockpot.plan.SearchPlan;
import dev.stockpot.plan.paths.AllowedRoots;
import dev.stockpot.plan.paths.HomePaths;
import dev.stockpot.plan.paths.InputPaths;
import dev.stockpot.plan.paths.OutputPaths;
import dev.stockpot.plan.paths.PathEntry;
import dev.stockpot.plan.paths.RealPaths;
import dev.stockpot.plan.yaml.Place;
import dev.stockpot.plan.yaml.Place.Located;
import dev.stockpot.plan.yaml.Problems;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Compares the paths of a file's plans with the file system and with each other, and makes the
 * plans.
 *
 * <p>Whether a directory holds a whole checkpoint, whether the output exists and whether there is
 * room for it are questions for the planner.
 */
final class PlanPaths {
  /** As Linux has it; it also bounds the work on one path. */
  private static final int MAX_PATH = 4096;

  /** What a plan has made where it is not there. */
  private static final Set<String> NEW = Set.of("output", "cache");

  private static final String DEFAULT_CACHE = ".stockpot-evaluations";

  private record Resolved(
      PlanDraft draft,
      List<PathEntry> models,
      Optional<PathEntry> donor,
      Optional<PathEntry> output,
      Optional<PathEntry> scores,
      Optional<PathEntry> cache) {}

  private final Path source;
  private final Path baseDirectory;
  private final AllowedRoots roots;
  private final Problems problems;
  private final HomePaths homes;
  private final InputPaths inputs;
  private final OutputPaths outputs;

  PlanPaths(Path source, Path baseDirectory, AllowedRoots roots, Problems problems) {
    this.source = source;
    this.roots = roots;
    this.baseDirectory = baseDirectory.toAbsolutePath().normalize();
    this.problems = problems;
    this.homes = new HomePaths(this.baseDirectory, roots);
    this.inputs = new InputPaths(this.baseDirectory);
    this.outputs = new OutputPaths(real(this.baseDirectory));
  }

  private static Path real(Path directory) {
    try {
      return RealPaths.of(directory);
    } catch (IOException e) {
      // The plan's relative paths go through this directory, and each says what is wrong with it.
      return directory;
    }
  }

  /** The exception's own message is only the path. */
  private static String reason(IOException e) {
    return e instanceof AccessDeniedException
        ? "permission denied on the way"
        : Wording.quoted(String.valueOf(e.getMessage()));
  }

  /** The plans, if neither the drafts nor their paths have a mistake; else none. */
  List<Plan> resolve(List<PlanDraft> drafts) {
    List<Resolved> all = new ArrayList<>();
    for (int plan = 0; plan < drafts.size(); plan++) {
      all.add(resolved(plan, drafts.get(plan)));
    }
    for (Resolved plan : all) {
      plan.models().forEach(outputs::addInput);
      plan.donor().ifPresent(outputs::addInput);
      plan.scores().ifPresent(outputs::addInput);
      plan.cache().ifPresent(outputs::addCache);
    }
    for (Resolved plan : all) {
      plan.output().ifPresent(output -> report(output, outputs.add(output)));
    }
    all.forEach(this::checkInputs);
    return problems.isEmpty() ? all.stream().map(this::plan).toList() : List.of();
  }

  private Resolved resolved(int plan, PlanDraft draft) {
    return new Resolved(
        draft,
        draft.models().stream()
            .flatMap(model -> model.reference().stream())
            .flatMap(reference -> entry(plan, "model", reference).stream())
            .toList(),
        draft.donor().flatMap(reference -> entry(plan, "donor", reference)),
        draft.output().flatMap(path -> entry(plan, "output", path)),
        draft.search().flatMap(SearchDraft::scores).flatMap(p -> entry(plan, "score table", p)),
        draft
            .search()
            .flatMap(
                search -> search.evaluate().cache().or(() -> draft.output().map(PlanPaths::cache)))
            .flatMap(path -> entry(plan, "cache", path)));
  }

  /** Beside the output, for all searches that write there. */
  private static Located<String> cache(Located<String> output) {
    return new Located<>(output.value() + "/../" + DEFAULT_CACHE, output.place());
  }

  private Optional<PathEntry> entry(int plan, String what, Located<String> written) {
    String text = written.value();
    if (HubReference.isUrl(text)) {
      problems.at(
          written.place(),
          what.equals("model") || what.equals("donor")
              ? HubReference.refusedUrl(what, text)
              : "the " + what + " must be a local path, found " + Wording.quoted(text));
      return Optional.empty();
    }
    if (text.length() > MAX_PATH) {
      problems.at(written.place(), "this path is longer than " + MAX_PATH + " characters");
      return Optional.empty();
    }
    Optional<String> tilde =
        homes
            .problem(text)
            .or(() -> NEW.contains(what) ? homes.problemOfNew(text) : Optional.empty());
    if (tilde.isPresent()) {
      problems.at(written.place(), tilde.get());
      return Optional.empty();
    }
    try {
      Path path = homes.path(text).normalize();
      Path real = RealPaths.of(path);
      return roots.allow(real)
          ? Optional.of(new PathEntry(plan, written, path, real))
          : refused(what, written);
    } catch (InvalidPathException e) {
      problems.at(written.place(), Wording.quoted(text) + " cannot be a path: " + e.getReason());
    } catch (IOException e) {
      if (!roots.allow(homes.path(text).normalize())) {
        // What stands in the way out there is nobody's business.
        return refused(what, written);
      }
      problems.at(written.place(), Wording.quoted(text) + " cannot be followed: " + reason(e));
    }
    return Optional.empty();
  }

  private Optional<PathEntry> refused(String what, Located<String> written) {
    problems.forbidden(
        written.place(),
        "the %s %s is not inside the directories that may be used (%s); move it, or have its directory added"
            .formatted(what, Wording.quoted(written.value()), roots));
    return Optional.empty();
  }

  private void checkInputs(Resolved plan) {
    Map<Path, PathEntry> seen = new HashMap<>();
    for (PathEntry model : plan.models()) {
      PathEntry first = seen.putIfAbsent(model.real(), model);
      if (first == null) {
        report(model, inputs.model(model, outputs.writing(model.real())));
      } else {
        report(model, Optional.of(twice(model, first)));
      }
    }
    plan.donor()
        .filter(donor -> !seen.containsKey(donor.real()) || Files.isRegularFile(donor.path()))
        .ifPresent(donor -> report(donor, inputs.donor(donor, outputs.writing(donor.real()))));
    plan.scores().ifPresent(scores -> report(scores, inputs.scores(scores)));
    plan.draft()
        .search()
        .ifPresent(search -> {
          checkNames(plan.draft().models());
          search.evaluate().programs().stream()
              .flatMap(program -> homes.problem(program).stream())
              .forEach(problem -> problems.at(search.place(), "the evaluator " + problem));
        });
  }

  /** The score table tells models apart by these names. */
  private void checkNames(List<PlanDraft.Ingredient> models) {
    Map<String, Place> seen = new HashMap<>();
    for (PlanDraft.Ingredient model : models) {
      if (model.reference().isPresent()) {
        Place place = model.name().map(Located::place).orElse(model.reference().get().place());
        Place first = seen.putIfAbsent(model.nameOrDirectory(), place);
        if (first != null) {
          problems.at(
              place,
              "this model is called %s, as is the one of line %d; give it another 'name'"
                  .formatted(Wording.quoted(model.nameOrDirectory()), first.line()));
        }
      }
    }
  }

  private static String twice(PathEntry model, PathEntry first) {
    String same =
        model.path().equals(first.path()) ? "" : " is the same as " + first.quoted() + " and";
    return "the model "
        + model.quoted()
        + same
        + " is listed twice, first on line "
        + first.line()
        + "; list it once with one weight";
  }

  private void report(PathEntry entry, Optional<String> problem) {
    problem.ifPresent(message -> problems.at(entry.written().place(), message));
  }

  private Plan plan(Resolved resolved) {
    return resolved.draft().search().isPresent()
        ? searchPlan(resolved, resolved.draft().search().get())
        : mergePlan(resolved);
  }

  private MergePlan mergePlan(Resolved resolved) {
    PlanDraft draft = resolved.draft();
    List<MergePlan.Ingredient> models = new ArrayList<>();
    for (int i = 0; i < draft.models().size(); i++) {
      PathEntry model = resolved.models().get(i);
      Fraction weight = draft.models().get(i).weight().orElseThrow();
      models.add(new MergePlan.Ingredient(model.written().value(), model.path(), weight));
    }
    return new MergePlan(
        source,
        draft.method(),
        models,
        draft.normalize(),
        draft.dtypes(),
        resolved.donor().map(PathEntry::path),
        output(resolved),
        draft.nonFinite());
  }

  private SearchPlan searchPlan(Resolved resolved, SearchDraft search) {
    PlanDraft draft = resolved.draft();
    List<SearchPlan.Candidate> models = new ArrayList<>();
    for (int i = 0; i < draft.models().size(); i++) {
      PathEntry model = resolved.models().get(i);
      models.add(
          new SearchPlan.Candidate(
              model.written().value(), draft.models().get(i).nameOrDirectory(), model.path()));
    }
    MergePlan.Output output = output(resolved);
    return new SearchPlan(
        source,
        problems.text(),
        baseDirectory,
        draft.method(),
        models,
        draft.dtypes(),
        resolved.donor().map(PathEntry::path),
        output,
        draft.nonFinite(),
        search.search(resolved.scores().orElseThrow().path()),
        search.evaluate().evaluate(resolved.cache().orElseThrow().path(), homes::program));
  }

  private static MergePlan.Output output(Resolved resolved) {
    return new MergePlan.Output(
        resolved.output().orElseThrow().path(), resolved.draft().shardSize());
  }
}
