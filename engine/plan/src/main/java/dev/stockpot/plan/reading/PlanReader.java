package dev.stockpot.plan.reading;

import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.Plan;
import dev.stockpot.plan.SearchPlan;
import dev.stockpot.plan.paths.AllowedRoots;
import dev.stockpot.plan.yaml.InvalidPlanException;
import dev.stockpot.plan.yaml.Place;
import dev.stockpot.plan.yaml.PlanYaml;
import dev.stockpot.plan.yaml.Problems;
import dev.stockpot.plan.yaml.SourceText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads plan files. A file holds one plan or several, separated by {@code ---}, to be run in order;
 * a plan may use an earlier one's output as a model.
 *
 * <p>All mistakes of a file are reported at once. (A YAML syntax error hides what stands behind
 * it.) The file system is looked at, never changed: models must exist, and outputs must not touch
 * inputs. What is inside the checkpoints is for the planner to check.
 */
public final class PlanReader {
  /** Far above any plan, and small enough to hold in memory many times over. */
  static final int MAX_BYTES = 1 << 20;

  private PlanReader() {}

  /**
   * Reads a file; its paths are relative to the directory it is in.
   *
   * @throws IOException if the file cannot be read
   * @throws InvalidPlanException with every mistake in it
   */
  public static List<MergePlan> read(Path file) throws IOException, InvalidPlanException {
    return parse(decoded(file), file, directoryOf(file), AllowedRoots.everywhere());
  }

  /**
   * Reads a file of which any plan may be one of a search; its paths are relative to the directory
   * it is in.
   *
   * @throws IOException if the file cannot be read
   * @throws InvalidPlanException with every mistake in it
   */
  public static List<Plan> readAny(Path file) throws IOException, InvalidPlanException {
    return parseAny(decoded(file), file, directoryOf(file), AllowedRoots.everywhere());
  }

  /**
   * Reads a file that holds the plan of one search.
   *
   * @throws IOException if the file cannot be read
   * @throws InvalidPlanException with every mistake in it
   */
  public static SearchPlan readSearch(Path file) throws IOException, InvalidPlanException {
    return parseSearch(decoded(file), file, directoryOf(file));
  }

  private static Path directoryOf(Path file) {
    Path absolute = file.toAbsolutePath();
    return Objects.requireNonNullElse(absolute.getParent(), absolute);
  }

  private static String decoded(Path file) throws IOException, InvalidPlanException {
    if (Files.isDirectory(file)) {
      throw refused(file, "", "this is a directory; name the plan's file");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw refused(
          file,
          "",
          "it is a pipe, a socket or a device; name the plan's file, or - for standard input");
    }
    byte[] bytes;
    try (InputStream in = RegularFiles.stream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    }
    return decoded(bytes, file);
  }

  /**
   * Reads a text as if it were the file {@code source}, which need not exist.
   *
   * @throws InvalidPlanException with every mistake in it
   */
  public static List<MergePlan> parse(String text, Path source) throws InvalidPlanException {
    return parse(text, source, directoryOf(source));
  }

  /**
   * Reads a text.
   *
   * @param source how messages name the text; {@code -} for standard input
   * @param baseDirectory what the plan's relative paths are relative to
   * @throws InvalidPlanException with every mistake in it
   */
  public static List<MergePlan> parse(String text, Path source, Path baseDirectory)
      throws InvalidPlanException {
    return parse(text, source, baseDirectory, AllowedRoots.everywhere());
  }

  /**
   * Reads the text of somebody who may not see the whole file system: of paths outside the roots
   * nothing is said but that they are outside.
   *
   * @param source how messages name the text; {@code -} for standard input
   * @param baseDirectory what the plan's relative paths are relative to
   * @throws InvalidPlanException with every mistake in it
   */
  public static List<MergePlan> parse(
      String text, Path source, Path baseDirectory, AllowedRoots roots)
      throws InvalidPlanException {
    List<MergePlan> merges = new ArrayList<>();
    for (Plan plan : parse(text, source, baseDirectory, roots, PlanReader::refuseSearch)) {
      merges.add((MergePlan) plan);
    }
    return merges;
  }

  private static void refuseSearch(List<PlanDraft> drafts, Problems problems) {
    for (PlanDraft draft : drafts) {
      draft
          .search()
          .ifPresent(search ->
              problems.at(
                  search.place(),
                  "this is the plan of a search; run it with 'stockpot soce search', or remove"
                      + " 'search' and 'evaluate' and give the models weights"));
    }
  }

  /**
   * Reads the text of one search.
   *
   * @param source how messages name the text; {@code -} for standard input
   * @param baseDirectory what the plan's relative paths are relative to
   * @throws InvalidPlanException with every mistake in it
   */
  public static SearchPlan parseSearch(String text, Path source, Path baseDirectory)
      throws InvalidPlanException {
    return (SearchPlan)
        parse(text, source, baseDirectory, AllowedRoots.everywhere(), PlanReader::refuseMerge)
            .getFirst();
  }

  private static void refuseMerge(List<PlanDraft> drafts, Problems problems) {
    for (PlanDraft draft : drafts.stream().skip(1).toList()) {
      problems.at(draft.place(), "a search stands alone in its file; move this plan to its own");
    }
    for (PlanDraft draft : drafts.stream().limit(1).toList()) {
      if (draft.search().isEmpty()) {
        problems.at(
            draft.place(),
            "this is the plan of a merge; run it with 'stockpot merge', or add the sections 'search'"
                + " and 'evaluate'");
      }
    }
  }

  /**
   * Reads a text of which any plan may be one of a search, from somebody who may not see the whole
   * file system: of paths outside the roots nothing is said but that they are outside.
   *
   * @param source how messages name the text; {@code -} for standard input
   * @param baseDirectory what the plan's relative paths are relative to
   * @throws InvalidPlanException with every mistake in it
   */
  public static List<Plan> parseAny(
      String text, Path source, Path baseDirectory, AllowedRoots roots)
      throws InvalidPlanException {
    return parse(text, source, baseDirectory, roots, (_, _) -> {});
  }

  private static List<Plan> parse(
      String text,
      Path source,
      Path baseDirectory,
      AllowedRoots roots,
      BiConsumer<List<PlanDraft>, Problems> check)
      throws InvalidPlanException {
    if (text.length() > MAX_BYTES) {
      throw refused(source, "", "the file is larger than 1 MiB; is it a plan?");
    }
    SourceText sourceText = new SourceText(source.toString(), text);
    Problems problems = new Problems(sourceText);
    List<PlanDraft> drafts = drafts(sourceText, problems);
    check.accept(drafts, problems);
    List<Plan> plans = new PlanPaths(source, baseDirectory, roots, problems).resolve(drafts);
    problems.throwIfAny();
    return plans;
  }

  /** The pure part: looks at the text alone. */
  static List<PlanDraft> drafts(SourceText source, Problems problems) {
    List<Node> documents = PlanYaml.documents(source, problems);
    if (documents.isEmpty() && problems.isEmpty()) {
      problems.at(new Place(1, 1), "the file holds no plan; config/plans has examples");
    }
    PlanBinder binder = new PlanBinder(problems);
    return documents.stream().flatMap(document -> binder.bind(document).stream()).toList();
  }

  private static String decoded(byte[] bytes, Path source) throws InvalidPlanException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    boolean malformed = StandardCharsets.UTF_8.newDecoder().decode(in, out, true).isError();
    String text = out.flip().toString();
    if (malformed && bytes.length <= MAX_BYTES) {
      throw refused(
          source,
          text,
          String.format(
              "the byte 0x%02X is not UTF-8; save the file as UTF-8", in.get(in.position())));
    }
    return malformed ? new String(bytes, StandardCharsets.ISO_8859_1) : text;
  }

  /** Refuses at the end of what could be read. */
  private static InvalidPlanException refused(Path source, String readable, String message) {
    SourceText text = new SourceText(source.toString(), readable);
    return new InvalidPlanException(
        List.of(text.problem(text.placeOfCodePoint(Integer.MAX_VALUE), message)), false);
  }
}
