package dev.stockpot.hub;

import dev.stockpot.checkpoint.problem.Printable;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model on the hub, as a person names it.
 *
 * @param repository {@code organisation/name}
 * @param revision a branch, a tag or a commit; {@code main} unless named
 * @param subfolder the folder of the repository that holds the checkpoint; empty for its root
 */
public record HubReference(String repository, String revision, String subfolder) {

  public static final String MAIN = "main";

  /** Not followed by what names something else than models. */
  private static final String MODELS =
      "(?!(?:datasets|spaces|buckets|kernels|collections|papers|docs|blog|api)/)";

  private static final String PART = "[A-Za-z0-9](?:[\\w.-]{0,94}[A-Za-z0-9_])?";
  private static final Pattern REPOSITORY = Pattern.compile(PART + "/" + PART);
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
  private static final Pattern REVISION =
      Pattern.compile("[A-Za-z0-9_][\\w.+-]*(?:/[A-Za-z0-9_][\\w.+-]*)*");
  private static final Pattern SHORT = Pattern.compile("([^@:]+/[^@:/]+)(?:@(.+))?");
  private static final Pattern HF =
      Pattern.compile(
          "hf://(?:models/)?"
              + MODELS
              + "([^/@]+/[^/@]+)(?:@((?:refs/(?:pr|convert)/)?[^/]+))?(?:/(.*))?");
  private static final Pattern PAGE =
      Pattern.compile(
          "https?://(?:www\\.)?(?:huggingface\\.co|hf\\.co)/"
              + MODELS
              + "([^/@?#]+/[^/@?#]+?)/?"
              + "(?:(?:tree|blob|resolve)/((?:refs(?:/|%2F)(?:pr|convert)(?:/|%2F))?[^/?#]+)(?:/([^?#]*))?)?(?:[?#].*)?");

  public HubReference {
    require(
        isRepository(repository), "'organisation/name' with letters, digits, - _ .", repository);
    require(isRevision(revision), "a branch, a tag or a commit", revision);
    require(
        subfolder.isEmpty() || HubFile.isSafe(subfolder), "a folder of a repository", subfolder);
  }

  /** The main branch's root. */
  public static HubReference of(String repository) {
    return new HubReference(repository, MAIN, "");
  }

  /**
   * Reads {@code org/name}, {@code org/name@revision}, {@code hf://org/name@revision/subfolder}, or
   * the address of a model's page. A relative path may have the first form, too.
   *
   * @return empty where the text is none of these, so that it can only be a path
   * @throws HubException if it can be nothing else than a reference, and is a wrong one
   */
  public static Optional<HubReference> parse(String text) {
    for (Pattern form : new Pattern[] {HF, PAGE}) {
      Matcher match = form.matcher(text);
      if (match.matches()) {
        try {
          return Optional.of(of(match));
        } catch (IllegalArgumentException e) {
          throw HubException.wrong(text, "is no reference to a model: " + e.getMessage());
        }
      }
    }
    if (text.startsWith("hf://")
        || text.matches("https?://(www\\.)?(huggingface\\.co|hf\\.co)/.*")) {
      throw HubException.wrong(
          text, "is no reference to a model, which is like hf://organisation/name@revision/folder");
    }
    Matcher match = SHORT.matcher(text);
    if (!match.matches() || !isRepository(match.group(1))) {
      return Optional.empty();
    }
    String revision = match.group(2);
    if (revision == null) {
      return Optional.of(of(match.group(1)));
    }
    return isRevision(revision)
        ? Optional.of(new HubReference(match.group(1), revision, ""))
        : Optional.empty();
  }

  private static HubReference of(Matcher match) {
    String folder = match.group(3) == null ? "" : decoded(match.group(3)).replaceAll("/+$", "");
    return new HubReference(
        match.group(1), match.group(2) == null ? MAIN : decoded(match.group(2)), folder);
  }

  private static String decoded(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Whether the revision is a commit, which stays what it is. */
  public boolean isCommit() {
    return isCommit(revision);
  }

  public static boolean isCommit(String revision) {
    return COMMIT.matcher(revision).matches();
  }

  /** The same model at a commit. */
  public HubReference at(String commit) {
    return new HubReference(repository, commit, subfolder);
  }

  /** The path in the repository of what is called so in the subfolder. */
  public String inRepository(String name) {
    return subfolder.isEmpty() ? name : subfolder + "/" + name;
  }

  public static boolean isRepository(String text) {
    return REPOSITORY.matcher(text).matches()
        && text.length() <= 96
        && !text.contains("--")
        && !text.contains("..")
        && !text.endsWith(".git");
  }

  private static boolean isRevision(String text) {
    return REVISION.matcher(text).matches() && text.length() <= 255 && !text.contains("..");
  }

  private static void require(boolean holds, String what, String text) {
    if (!holds) {
      throw new IllegalArgumentException(Printable.quoted(text) + " is not " + what);
    }
  }

  /** As it may be written in a plan. */
  @Override
  public String toString() {
    if (subfolder.isEmpty()) {
      return revision.equals(MAIN) ? repository : repository + "@" + revision;
    }
    String at =
        revision.equals(MAIN) ? "" : "@" + URLEncoder.encode(revision, StandardCharsets.UTF_8);
    return "hf://" + repository + at + "/" + subfolder;
  }
}
