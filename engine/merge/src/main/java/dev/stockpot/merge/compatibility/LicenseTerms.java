package dev.stockpot.merge.compatibility;

import java.util.Locale;
import java.util.Set;

/**
 * What the licences that the hub names ask of a merge, coarsely. Source: the licence texts; the
 * short names are those of the hub's model cards. No legal advice: it decides who gets a warning.
 */
enum LicenseTerms {
  /** Any use, at most with the author's name. */
  PERMISSIVE,
  /** What is made from it must carry the same licence. */
  SHARE_ALIKE,
  /** A maker's own terms, which go over to what is made from it. */
  COMMUNITY,
  /** No commercial use of it, nor of what is made from it. */
  NON_COMMERCIAL,
  /** What is made from it may not be passed on. */
  NO_DERIVATIVES,
  UNKNOWN;

  private static final Set<String> PERMISSIVE_NAMES =
      Set.of(
          "apache-2.0",
          "mit",
          "mit-0",
          "isc",
          "unlicense",
          "cc0-1.0",
          "wtfpl",
          "zlib",
          "bsl-1.0",
          "bsd",
          "bsd-2-clause",
          "bsd-3-clause",
          "bsd-3-clause-clear",
          "cc-by-2.0",
          "cc-by-2.5",
          "cc-by-3.0",
          "cc-by-4.0",
          "afl-3.0",
          "ecl-2.0",
          "artistic-2.0",
          "cdla-permissive-1.0",
          "cdla-permissive-2.0",
          "odc-by",
          "ms-pl",
          "postgresql",
          "ncsa");
  private static final Set<String> SHARE_ALIKE_NAMES =
      Set.of(
          "gpl",
          "gpl-2.0",
          "gpl-3.0",
          "agpl-3.0",
          "lgpl",
          "lgpl-2.1",
          "lgpl-3.0",
          "mpl-2.0",
          "epl-1.0",
          "epl-2.0",
          "eupl-1.1",
          "eupl-1.2",
          "osl-3.0",
          "cc-by-sa-3.0",
          "cc-by-sa-4.0",
          "odbl",
          "cdla-sharing-1.0");
  private static final Set<String> COMMUNITY_NAMES =
      Set.of(
          "llama2",
          "llama3",
          "llama3.1",
          "llama3.2",
          "llama3.3",
          "llama4",
          "gemma",
          "openrail",
          "openrail++",
          "bigscience-openrail-m",
          "bigscience-bloom-rail-1.0",
          "bigcode-openrail-m",
          "creativeml-openrail-m",
          "deepfloyd-if-license",
          "h-research",
          "open-mdw",
          "grok2-community");
  private static final Set<String> NON_COMMERCIAL_NAMES =
      Set.of(
          "cc-by-nc-2.0",
          "cc-by-nc-3.0",
          "cc-by-nc-4.0",
          "cc-by-nc-sa-2.0",
          "cc-by-nc-sa-3.0",
          "cc-by-nc-sa-4.0",
          "fair-noncommercial-research-license",
          "apple-amlr",
          "intel-research",
          "apple-ascl");
  private static final Set<String> NO_DERIVATIVES_NAMES =
      Set.of("cc-by-nd-4.0", "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0");

  /** The terms of a licence by the hub's short name. */
  static LicenseTerms of(String license) {
    String name = license.toLowerCase(Locale.ROOT);
    if (PERMISSIVE_NAMES.contains(name)) {
      return PERMISSIVE;
    }
    if (SHARE_ALIKE_NAMES.contains(name)) {
      return SHARE_ALIKE;
    }
    if (COMMUNITY_NAMES.contains(name)) {
      return COMMUNITY;
    }
    if (NON_COMMERCIAL_NAMES.contains(name)) {
      return NON_COMMERCIAL;
    }
    return NO_DERIVATIVES_NAMES.contains(name) ? NO_DERIVATIVES : UNKNOWN;
  }
}
