package dev.stockpot.merge.plan;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
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
    if (Files.isDirectory(file)) {
      throw refused(file, "", "this is a directory; name the plan's file");
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    }
    return parse(decoded(bytes, file), file);
  }

  /**
   * Reads a text as if it were the file {@code source}, which need not exist.
   *
   * @throws InvalidPlanException with every mistake in it
   */
  public static List<MergePlan> parse(String text, Path source) throws InvalidPlanException {
    Path absolute = source.toAbsolutePath();
    return parse(text, source, Objects.requireNonNullElse(absolute.getParent(), absolute));
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
    if (text.length() > MAX_BYTES) {
      throw refused(source, "", "the file is larger than 1 MiB; is it a plan?");
    }
    SourceText sourceText = new SourceText(source.toString(), text);
    Problems problems = new Problems(sourceText);
    List<PlanDraft> drafts = drafts(sourceText, problems);
    List<MergePlan> plans = new PlanPaths(source, baseDirectory, roots, problems).resolve(drafts);
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
