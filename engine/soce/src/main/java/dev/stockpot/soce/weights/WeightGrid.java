package dev.stockpot.soce.weights;

import dev.stockpot.soce.SoceException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * The weights that a search tries: each {@code min + k · step} up to {@code max}, together 1; the
 * paper's are 0.1, 0.9 and 0.1. All arithmetic is in integers.
 *
 * @param min least weight of a model, from 0 to 1
 * @param max greatest weight
 * @param step over 0; at most four decimals, as the others
 * @param uniform whether equal weights are tried too where the grid does not hold them
 */
public record WeightGrid(BigDecimal min, BigDecimal max, BigDecimal step, boolean uniform) {
  private static final int MOST_DECIMALS = 4;

  /** The paper's grid: 0.1 to 0.9 in steps of 0.1, and equal weights. */
  public static final WeightGrid PAPER =
      new WeightGrid(new BigDecimal("0.1"), new BigDecimal("0.9"), new BigDecimal("0.1"), true);

  /**
   * Checks the bounds.
   *
   * @throws SoceException if they make no grid
   */
  public WeightGrid {
    min = checked("min", min);
    max = checked("max", max);
    step = checked("step", step);
    if (step.signum() == 0) {
      throw new SoceException("weights.step is 0; write how far weights lie apart, such as 0.1");
    }
    if (min.compareTo(max) > 0) {
      throw new SoceException(
          "weights.min, %s, is greater than weights.max, %s; exchange them"
              .formatted(min.toPlainString(), max.toPlainString()));
    }
  }

  private static BigDecimal checked(String name, BigDecimal value) {
    if (value.signum() < 0 || value.compareTo(BigDecimal.ONE) > 0) {
      throw new SoceException(
          "weights.%s is %s; write a number from 0 to 1".formatted(name, value));
    }
    BigDecimal plain = value.stripTrailingZeros();
    if (plain.scale() > MOST_DECIMALS) {
      throw new SoceException(
          "weights.%s is %s; write at most %d decimals".formatted(name, value, MOST_DECIMALS));
    }
    return plain.scale() < 0 ? plain.setScale(0) : plain;
  }

  /** How many weights {@link #points} gives; {@link Long#MAX_VALUE} where a long cannot hold it. */
  public long count(int models) {
    BigInteger points = gridPoints(models);
    boolean extra = uniform && !holdsUniform(models);
    BigInteger all = extra ? points.add(BigInteger.ONE) : points;
    return all.bitLength() < Long.SIZE ? all.longValueExact() : Long.MAX_VALUE;
  }

  /** How many weights lie on the grid itself, the equal ones counted only if they do. */
  public BigInteger gridPoints(int models) {
    return models == 1 ? BigInteger.ONE : compositions(models).count();
  }

  /** Whether equal weights lie on the grid. */
  public boolean holdsUniform(int models) {
    if (models == 1) {
      return true;
    }
    BigInteger one = BigInteger.valueOf(one());
    BigInteger n = BigInteger.valueOf(models);
    if (one.mod(n).signum() != 0) {
      return false;
    }
    long share = one.divide(n).longValueExact();
    return share >= units(min) && share <= units(max) && (share - units(min)) % units(step) == 0;
  }

  /**
   * The weights, made as they are taken: the grid in ascending order, then equal ones if they are
   * tried too. One model has the one weight 1, and there is nothing to search.
   *
   * @throws SoceException if no weights of the grid serve so many models
   */
  public Stream<Weights> points(int models) {
    if (models == 1) {
      return Stream.of(Weights.uniform(1));
    }
    requireServes(models);
    Stream<Weights> grid = compositions(models).stream().map(this::weights);
    return uniform && !holdsUniform(models)
        ? Stream.concat(grid, Stream.of(Weights.uniform(models)))
        : grid;
  }

  /**
   * Checks that there is a grid for so many models.
   *
   * @throws SoceException if no weights of it sum to 1, with the cure
   */
  public void requireServes(int models) {
    if (gridPoints(models).signum() == 0) {
      throw new SoceException(unserved(models));
    }
  }

  private Weights weights(List<Integer> steps) {
    int least = units(min);
    int apart = units(step);
    return new Weights(steps.stream().map(k -> least + k * apart).toList(), one());
  }

  /** In steps above the least weight; none where those steps cannot make 1. */
  private Compositions compositions(int models) {
    if (models < 1) {
      throw new IllegalArgumentException("no weights for " + models + " models");
    }
    long left = one() - (long) models * units(min);
    int most = (units(max) - units(min)) / units(step);
    boolean fits = left >= 0 && left % units(step) == 0;
    return new Compositions(
        Collections.nCopies(models, 0),
        Collections.nCopies(models, most),
        fits ? left / units(step) : -1);
  }

  private String unserved(int models) {
    BigDecimal n = BigDecimal.valueOf(models);
    if (min.multiply(n).compareTo(BigDecimal.ONE) > 0) {
      return "%d experts with a weight of at least %s each make more than 1; "
              .formatted(models, min.toPlainString())
          + "lower weights.min and weights.step (0.05 serves up to 20), or choose a threshold with"
          + " fewer experts";
    }
    if (max.multiply(n).compareTo(BigDecimal.ONE) < 0) {
      return "%d experts with a weight of at most %s each make less than 1; raise weights.max"
          .formatted(models, max.toPlainString());
    }
    return ("no weights from %s to %s in steps of %s sum to 1 for %d experts; choose a weights.step"
            + " that divides 1 - %d × weights.min, such as 0.1 with weights.min 0.1")
        .formatted(min.toPlainString(), max.toPlainString(), step.toPlainString(), models, models);
  }

  private int scale() {
    return Math.max(min.scale(), Math.max(max.scale(), step.scale()));
  }

  private int one() {
    return units(BigDecimal.ONE);
  }

  private int units(BigDecimal value) {
    return value.movePointRight(scale()).intValueExact();
  }
}
