package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.problem.Wording;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells references to models on the Hugging Face hub, and URLs, from paths. */
public final class HubReference {
  private static final Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*");
  private static final Pattern HUB_URL =
      Pattern.compile(
          "(?:hf://(?:models/)?|https?://(?:www\\.)?(?:huggingface\\.co|hf\\.co)/)"
              + "([^/@]+/[^/@]+)(?:[/@].*)?");
  private static final Pattern REPOSITORY =
      Pattern.compile("([A-Za-z0-9][\\w.-]{0,95}/[A-Za-z0-9][\\w.-]{0,95})(?:@([\\w.-]+))?");
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*");

  private HubReference() {}

  /** Whether the text has the form {@code organisation/model}; a relative path may have it too. */
  static boolean matches(String text) {
    return NAME.matcher(text).matches() && !text.endsWith(".safetensors");
  }

  public static boolean isUrl(String reference) {
    return URL.matcher(reference).matches();
  }

  /** What to say about a URL given as {@code what}, whatever it leads to. */
  public static String refusedUrl(String what, String url) {
    Matcher hub = HUB_URL.matcher(url);
    if (hub.matches()) {
      return "hub references are not supported yet; download it first: "
          + download(hub.group(1), Optional.empty());
    }
    return what
        + " must be a local path, found the URL "
        + Wording.quoted(url)
        + "; download it first";
  }

  /**
   * What to say about a reference that names no existing path but could be {@code org/name} on the
   * hub. Empty if it cannot, or if its first directory exists, so that a path was meant.
   */
  public static Optional<String> suspected(String reference, Path baseDirectory) {
    Matcher repository = REPOSITORY.matcher(reference);
    if (!repository.matches()
        || Files.exists(baseDirectory.resolve(reference.substring(0, reference.indexOf('/'))))) {
      return Optional.empty();
    }
    return Optional.of(
        "if it is a model on the hub, download it first (hub references are not supported yet): "
            + download(repository.group(1), Optional.ofNullable(repository.group(2))));
  }

  private static String download(String repository, Optional<String> revision) {
    return "hf download "
        + repository
        + revision.map(r -> " --revision " + r).orElse("")
        + " --local-dir "
        + repository;
  }
}
