package dev.stockpot.checkpoint;

import java.util.regex.Pattern;

/** Names of models on the Hugging Face hub: {@code organisation/model}. */
final class HubReference {
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*");

  private HubReference() {}

  /** Whether the text has the form of a hub reference; a relative path may have it too. */
  static boolean matches(String text) {
    return NAME.matcher(text).matches() && !text.endsWith(".safetensors");
  }
}
