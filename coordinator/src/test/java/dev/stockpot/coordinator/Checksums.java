package dev.stockpot.coordinator;

import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/** CRC-32C, in hex, of every tensor of a checkpoint, each read as a whole. */
final class Checksums {

  private Checksums() {}

  static Map<String, String> ofTensors(Path checkpoint) {
    Map<String, String> checksums = new LinkedHashMap<>();
    Soup.tensors(checkpoint)
        .forEach((name, bytes) -> {
          CRC32C crc = new CRC32C();
          bytes.forEach(each -> crc.update(each));
          checksums.put(name, HexFormat.of().toHexDigits((int) crc.getValue()));
        });
    return checksums;
  }
}
