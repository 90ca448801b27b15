package dev.stockpot.merge.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class Crc32csTest {
  @Test
  void theChecksumOfAConcatenationFollowsFromThoseOfItsParts() {
    SplittableRandom random = new SplittableRandom(3);
    byte[] bytes = new byte[100_000];
    random.nextBytes(bytes);
    for (int round = 0; round < 2000; round++) {
      int end = random.nextInt(1 << random.nextInt(1, 17)) % bytes.length;
      int cut = random.nextInt(end + 1);
      assertThat(Crc32cs.combine(crc(bytes, 0, cut), crc(bytes, cut, end), end - cut))
          .as("%d bytes cut at %d", end, cut)
          .isEqualTo(crc(bytes, 0, end));
    }
  }

  @Test
  void anEmptyPartChangesNothing() {
    byte[] bytes = {1, 2, 3};
    long crc = crc(bytes, 0, 3);
    assertThat(Crc32cs.combine(crc, 0, 0)).isEqualTo(crc);
    assertThat(Crc32cs.combine(0, crc, 3)).isEqualTo(crc);
  }

  @Test
  void partsOfTerabytesCombineAsTheirHalvesDo() {
    long crcA = 0x1234_5678L;
    long crcB = 0xfedc_ba98L;
    long length = (1L << 44) + 12_345;
    long once = Crc32cs.combine(crcA, Crc32cs.combine(crcB, crcB, length), 2 * length);
    long stepwise = Crc32cs.combine(Crc32cs.combine(crcA, crcB, length), crcB, length);
    assertThat(once).isEqualTo(stepwise);
  }

  @Test
  void aNegativeLengthIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Crc32cs.combine(0, 0, -1))
        .withMessage("a length of -1 bytes");
  }

  private static long crc(byte[] bytes, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, to - from);
    return crc.getValue();
  }
}
