package dev.stockpot.checkpoint.inspection;

import dev.stockpot.checkpoint.safetensors.Dtype;
import java.nio.ByteBuffer;

/** {@link ElementComparison} of BF16 and F16. */
final class Elements16 extends ElementComparison {
  private static final int MAGNITUDE = 0x7fff;

  private final short[] a;
  private final short[] b;
  private final boolean bf16;
  private final int infinity;

  Elements16(Dtype dtype, int largestChunk) {
    a = new short[largestChunk / 2];
    b = new short[largestChunk / 2];
    bf16 = dtype == Dtype.BF16;
    infinity = bf16 ? 0x7f80 : 0x7c00;
  }

  @Override
  int addEqual(ByteBuffer both) {
    int n = both.remaining() / 2;
    both.asShortBuffer().get(a, 0, n);
    int nans = 0;
    for (int i = 0; i < n; i++) {
      nans += (a[i] & MAGNITUDE) > infinity ? 1 : 0;
    }
    addNans(nans, nans, nans);
    return n;
  }

  @Override
  int addDifferent(ByteBuffer bytesA, ByteBuffer bytesB) {
    int n = bytesA.remaining() / 2;
    bytesA.asShortBuffer().get(a, 0, n);
    bytesB.asShortBuffer().get(b, 0, n);
    int differing = 0;
    int nansA = 0;
    int nansB = 0;
    int nansEither = 0;
    float maxAbsolute = 0;
    int maxUlps = 0;
    long sumUlps = 0;
    for (int i = 0; i < n; i++) {
      int x = a[i];
      int y = b[i];
      differing += x == y ? 0 : 1;
      int nanX = (x & MAGNITUDE) > infinity ? 1 : 0;
      int nanY = (y & MAGNITUDE) > infinity ? 1 : 0;
      nansA += nanX;
      nansB += nanY;
      if ((nanX | nanY) != 0) {
        nansEither++;
      } else if (x != y) {
        int ulps = Math.abs(place(x) - place(y));
        maxUlps = Math.max(maxUlps, ulps);
        sumUlps += ulps;
        maxAbsolute = Math.max(maxAbsolute, Math.abs(value(x) - value(y)));
      }
    }
    addDiffering(differing);
    addNans(nansA, nansB, nansEither);
    addDistances(maxAbsolute, maxUlps, (double) sumUlps);
    return n;
  }

  private static int place(int bits) {
    return bits < 0 ? -(bits & MAGNITUDE) : bits;
  }

  private float value(int bits) {
    return bf16 ? Float.intBitsToFloat(bits << 16) : Float.float16ToFloat((short) bits);
  }

  @Override
  boolean numeric() {
    return true;
  }
}
