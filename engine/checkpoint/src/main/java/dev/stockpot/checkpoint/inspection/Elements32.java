package dev.stockpot.checkpoint.inspection;

import java.nio.ByteBuffer;

/** {@link ElementComparison} of F32. */
final class Elements32 extends ElementComparison {
  private static final int MAGNITUDE = 0x7fff_ffff;
  private static final int INFINITY = 0x7f80_0000;

  private final int[] a;
  private final int[] b;

  Elements32(int largestChunk) {
    a = new int[largestChunk / 4];
    b = new int[largestChunk / 4];
  }

  @Override
  int addEqual(ByteBuffer both) {
    int n = both.remaining() / 4;
    both.asIntBuffer().get(a, 0, n);
    int nans = 0;
    for (int i = 0; i < n; i++) {
      nans += (a[i] & MAGNITUDE) > INFINITY ? 1 : 0;
    }
    addNans(nans, nans, nans);
    return n;
  }

  @Override
  int addDifferent(ByteBuffer bytesA, ByteBuffer bytesB) {
    int n = bytesA.remaining() / 4;
    bytesA.asIntBuffer().get(a, 0, n);
    bytesB.asIntBuffer().get(b, 0, n);
    int differing = 0;
    int nansA = 0;
    int nansB = 0;
    int nansEither = 0;
    double maxAbsolute = 0;
    long maxUlps = 0;
    long sumUlps = 0;
    for (int i = 0; i < n; i++) {
      int x = a[i];
      int y = b[i];
      differing += x == y ? 0 : 1;
      int nanX = (x & MAGNITUDE) > INFINITY ? 1 : 0;
      int nanY = (y & MAGNITUDE) > INFINITY ? 1 : 0;
      nansA += nanX;
      nansB += nanY;
      if ((nanX | nanY) != 0) {
        nansEither++;
      } else if (x != y) {
        long ulps = Math.abs(place(x) - place(y));
        maxUlps = Math.max(maxUlps, ulps);
        sumUlps += ulps;
        double distance =
            Math.abs((double) Float.intBitsToFloat(x) - (double) Float.intBitsToFloat(y));
        maxAbsolute = Math.max(maxAbsolute, distance);
      }
    }
    addDiffering(differing);
    addNans(nansA, nansB, nansEither);
    addDistances(maxAbsolute, maxUlps, (double) sumUlps);
    return n;
  }

  private static long place(int bits) {
    return bits < 0 ? -(long) (bits & MAGNITUDE) : bits;
  }

  @Override
  boolean numeric() {
    return true;
  }
}
