package dev.stockpot.checkpoint.inspection;

import java.nio.ByteBuffer;

/** {@link ElementComparison} of F64, whose distances need all 64 bits, unsigned. */
final class Elements64 extends ElementComparison {
  private static final double TWO_TO_63 = 0x1p63;

  private final long[] a;
  private final long[] b;

  Elements64(int largestChunk) {
    a = new long[largestChunk / 8];
    b = new long[largestChunk / 8];
  }

  @Override
  int addEqual(ByteBuffer both) {
    int n = both.remaining() / 8;
    both.asLongBuffer().get(a, 0, n);
    int nans = 0;
    for (int i = 0; i < n; i++) {
      nans += Double.isNaN(Double.longBitsToDouble(a[i])) ? 1 : 0;
    }
    addNans(nans, nans, nans);
    return n;
  }

  @Override
  int addDifferent(ByteBuffer bytesA, ByteBuffer bytesB) {
    int n = bytesA.remaining() / 8;
    bytesA.asLongBuffer().get(a, 0, n);
    bytesB.asLongBuffer().get(b, 0, n);
    int differing = 0;
    int nansA = 0;
    int nansB = 0;
    int nansEither = 0;
    double maxAbsolute = 0;
    long maxUlps = 0;
    double sumUlps = 0;
    for (int i = 0; i < n; i++) {
      double x = Double.longBitsToDouble(a[i]);
      double y = Double.longBitsToDouble(b[i]);
      differing += a[i] == b[i] ? 0 : 1;
      int nanX = Double.isNaN(x) ? 1 : 0;
      int nanY = Double.isNaN(y) ? 1 : 0;
      nansA += nanX;
      nansB += nanY;
      if ((nanX | nanY) != 0) {
        nansEither++;
      } else if (a[i] != b[i]) {
        long placeX = place(a[i]);
        long placeY = place(b[i]);
        long ulps = placeX > placeY ? placeX - placeY : placeY - placeX;
        maxUlps = Long.compareUnsigned(ulps, maxUlps) > 0 ? ulps : maxUlps;
        sumUlps += ulps < 0 ? (ulps & Long.MAX_VALUE) + TWO_TO_63 : ulps;
        maxAbsolute = Math.max(maxAbsolute, Math.abs(x - y));
      }
    }
    addDiffering(differing);
    addNans(nansA, nansB, nansEither);
    addDistances(maxAbsolute, maxUlps, sumUlps);
    return n;
  }

  private static long place(long bits) {
    return bits < 0 ? -(bits & Long.MAX_VALUE) : bits;
  }

  @Override
  boolean numeric() {
    return true;
  }
}
