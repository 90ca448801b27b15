package dev.stockpot.cli.system;

/**
 * One thing that {@code doctor} looked at.
 *
 * @param subject what it is about, in a word or a path
 * @param found what it is like
 * @param cure what to do; empty where nothing is to be done
 */
record Check(Status status, String subject, String found, String cure) {

  enum Status {
    OK("ok"),
    /** Merges work, but worse than they could. */
    WARN("warn"),
    /** Merges do not work here, or are not safe. */
    FAIL("FAIL");

    private final String label;

    Status(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  static Check ok(String subject, String found) {
    return new Check(Status.OK, subject, found, "");
  }

  static Check warn(String subject, String found, String cure) {
    return new Check(Status.WARN, subject, found, cure);
  }

  static Check fail(String subject, String found, String cure) {
    return new Check(Status.FAIL, subject, found, cure);
  }
}
