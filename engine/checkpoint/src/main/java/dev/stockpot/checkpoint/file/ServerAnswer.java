package dev.stockpot.checkpoint.file;

import dev.stockpot.checkpoint.problem.Printable;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page or an error of a server that was saved in a file's place. The texts are those of the
 * Hugging Face hub, of the stores that it redirects to, and of servers in general.
 */
final class ServerAnswer {
  private static final Pattern HTML =
      Pattern.compile("(?i)(<!--.*?-->\\s*)?<(!doctype html|html|head|body)\\b.*", Pattern.DOTALL);
  private static final Pattern TITLE =
      Pattern.compile("(?is)<(title|h1)[^>]*>\\s*([^<]{1,200}?)\\s*</");
  private static final Pattern XML =
      Pattern.compile("(?s)(<\\?xml\\b|<(Error|ErrorResponse|error)\\b).*");
  private static final Pattern XML_PARTS = Pattern.compile("<(Code|Message)>([^<]{1,200})</");
  private static final Pattern JSON =
      Pattern.compile(
          "(?s)\\{\\s*\"(error|message|detail|statusCode)\"\\s*:\\s*(\"([^\"]{0,300})|\\d).*");
  private static final Pattern TEXT =
      Pattern.compile(
          "(?is)(\\d{3}:? )?(entry not found|repository not found|revision not found|not found"
              + "|invalid username or password|invalid credentials|access to (model|this|dataset) "
              + "|unauthorized|forbidden|access denied|we had to rate limit|too many requests"
              + "|rate limit exceeded|temporary redirect|found\\. redirecting|moved permanently"
              + "|permanent redirect|bad gateway|internal server error|service unavailable"
              + "|gateway time-?out|error code: \\d+).*");

  private ServerAnswer() {}

  /** What to say of a text that begins a file; empty if it is no answer of a server. */
  static Optional<String> in(String text) {
    if (HTML.matcher(text).matches()) {
      Matcher title = TITLE.matcher(text);
      return Optional.of(
          "is a web page (HTML) saved in the file's place"
              + (title.find() ? ": " + Printable.quoted(title.group(2)) : "")
              + cure(text));
    }
    if (XML.matcher(text).matches()) {
      StringBuilder said = new StringBuilder();
      Matcher parts = XML_PARTS.matcher(text);
      while (parts.find()) {
        said.append(said.isEmpty() ? "" : ": ").append(parts.group(2));
      }
      return Optional.of(
          "is a server's error (XML) saved in the file's place"
              + (said.isEmpty() ? "" : ": " + Printable.quoted(said.toString()))
              + cure(text));
    }
    Matcher json = JSON.matcher(text);
    if (json.matches()) {
      return Optional.of(
          "is a server's error (JSON) saved in the file's place"
              + (json.group(3) == null ? "" : ": " + Printable.quoted(json.group(3)))
              + cure(text));
    }
    return TEXT.matcher(text).matches()
        ? Optional.of(
            "is a server's error saved in the file's place: "
                + Printable.quoted(text.lines().findFirst().orElse("").strip())
                + cure(text))
        : Optional.empty();
  }

  private static String cure(String text) {
    String said = text.toLowerCase(Locale.ROOT);
    if (has(said, "rate limit", "too many requests")) {
      return "; wait, log in with 'hf auth login', and download it again";
    }
    if (has(
        said,
        "restricted",
        "gated",
        "authorized",
        "forbidden",
        "username or password",
        "log in",
        "invalid credentials",
        "awaiting a review")) {
      return "; ask for access on the model's page, log in with 'hf auth login', and download it"
          + " again";
    }
    if (has(said, "redirect", "moved permanently")) {
      return "; the download did not follow a redirect (curl wants -L for that); download it again";
    }
    if (has(said, "not found", "nosuchkey")) {
      return "; check the names of the repository and of the file, and download it again";
    }
    return "; download it again";
  }

  private static boolean has(String text, String... words) {
    for (String word : words) {
      if (text.contains(word)) {
        return true;
      }
    }
    return false;
  }
}
