package dev.stockpot.merge.kernel;

/** How many elements of an output are NaN, and how many are an infinity of either sign. */
public record NonFinite(long nan, long infinity) {
  public static final NonFinite NONE = new NonFinite(0, 0);

  public NonFinite plus(NonFinite other) {
    return new NonFinite(nan + other.nan, infinity + other.infinity);
  }

  /** Whether every element was finite. */
  public boolean isNone() {
    return nan == 0 && infinity == 0;
  }
}
