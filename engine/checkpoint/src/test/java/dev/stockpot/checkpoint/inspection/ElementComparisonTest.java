package dev.stockpot.checkpoint.inspection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.inspection.CheckpointDiff.ValueDifference;
import dev.stockpot.checkpoint.safetensors.Dtype;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ElementComparisonTest {
  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ValueDifference f32(float[] a, float[] b) {
    ByteBuffer bytesA = buffer(4 * a.length);
    ByteBuffer bytesB = buffer(4 * b.length);
    bytesA.asFloatBuffer().put(a);
    bytesB.asFloatBuffer().put(b);
    return compared(Dtype.F32, bytesA, bytesB);
  }

  private static ValueDifference f64(double[] a, double[] b) {
    ByteBuffer bytesA = buffer(8 * a.length);
    ByteBuffer bytesB = buffer(8 * b.length);
    bytesA.asDoubleBuffer().put(a);
    bytesB.asDoubleBuffer().put(b);
    return compared(Dtype.F64, bytesA, bytesB);
  }

  private static ValueDifference compared(Dtype dtype, ByteBuffer a, ByteBuffer b) {
    ElementComparison comparison = ElementComparison.of(dtype, 1 << 18);
    comparison.add(a, b);
    return comparison.result();
  }

  @Test
  void zerosOfEitherSignDifferByNoUlp() {
    assertThat(f32(new float[] {-0f, 1}, new float[] {0f, 1}))
        .isEqualTo(new ValueDifference(true, 2, 1, 0, 0, 0, 0, 0));
    assertThat(f64(new double[] {-0d, 1}, new double[] {0d, 1}))
        .isEqualTo(new ValueDifference(true, 2, 1, 0, 0, 0, 0, 0));
  }

  @Test
  void theSmallestNumbersOfBothSignsAreTwoUlpsApart() {
    assertThat(f32(new float[] {-Float.MIN_VALUE}, new float[] {Float.MIN_VALUE}))
        .isEqualTo(new ValueDifference(true, 1, 1, 2.0 * Float.MIN_VALUE, 2, 2, 0, 0));
    assertThat(f64(new double[] {-Double.MIN_VALUE}, new double[] {Double.MIN_VALUE}))
        .isEqualTo(new ValueDifference(true, 1, 1, 2 * Double.MIN_VALUE, 2, 2, 0, 0));
  }

  @Test
  void distancesOfTheWholeLineFitInUnsignedNumbers() {
    ValueDifference whole =
        f64(new double[] {Double.NEGATIVE_INFINITY, 0}, new double[] {Double.POSITIVE_INFINITY, 0});
    assertThat(Long.toUnsignedString(whole.maxUlps())).isEqualTo("18437736874454810624");
    assertThat(whole.meanUlps()).isEqualTo(new BigDecimal("9218868437227405312").doubleValue());
    assertThat(whole.maxAbsolute()).isInfinite();
    assertThat(f32(new float[] {-Float.MAX_VALUE}, new float[] {Float.MAX_VALUE}).maxAbsolute())
        .isEqualTo(2.0 * Float.MAX_VALUE);
  }

  @Test
  void notANumberIsCountedAndTakesNoPartInDistances() {
    float[] a = {Float.NaN, Float.NaN, 1, 2};
    float[] b = {Float.NaN, 5, Float.NaN, 2 + Math.ulp(2f)};
    assertThat(f32(a, b)).isEqualTo(new ValueDifference(true, 4, 3, Math.ulp(2f), 1, 1, 2, 2));
    assertThat(f64(new double[] {Double.NaN, 1}, new double[] {Double.NaN, 1}))
        .isEqualTo(new ValueDifference(true, 2, 0, 0, 0, 0, 1, 1));
  }

  @ParameterizedTest
  @EnumSource(
      value = Dtype.class,
      names = {"BF16", "F16"})
  void everyPatternOf16BitsIsOneUlpFromItsSuccessor(Dtype dtype) {
    int infinity = dtype == Dtype.BF16 ? 0x7f80 : 0x7c00;
    ByteBuffer a = buffer(4 * infinity);
    ByteBuffer b = buffer(4 * infinity);
    for (int bits = 0; bits < infinity; bits++) {
      a.putShort((short) bits).putShort((short) (bits | 0x8000));
      b.putShort((short) (bits + 1)).putShort((short) (bits + 1 | 0x8000));
    }
    ValueDifference difference = compared(dtype, a.flip(), b.flip());
    assertThat(difference)
        .isEqualTo(
            new ValueDifference(
                true, 2L * infinity, 2L * infinity, Double.POSITIVE_INFINITY, 1, 1, 0, 0));
  }

  @ParameterizedTest
  @EnumSource(
      value = Dtype.class,
      names = {"BF16", "F16"})
  void everyNotANumberOf16BitsIsCounted(Dtype dtype) {
    int nans = dtype == Dtype.BF16 ? 2 * 0x7f : 2 * 0x3ff;
    ByteBuffer all = buffer(2 << 16);
    ByteBuffer zeros = buffer(2 << 16);
    for (int bits = 0; bits < 1 << 16; bits++) {
      all.putShort((short) bits);
    }
    assertThat(compared(dtype, all.flip(), all.duplicate()))
        .isEqualTo(new ValueDifference(true, 1 << 16, 0, 0, 0, 0, nans, nans));
    ValueDifference difference = compared(dtype, all, zeros);
    assertThat(difference.nanA()).isEqualTo(nans);
    assertThat(difference.nanB()).isZero();
    assertThat(difference.differing()).isEqualTo((1 << 16) - 1);
  }
}
