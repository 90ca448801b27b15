package dev.stockpot.benchmarks.gpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Replaces each jar of a directory by one whose entries are not compressed: an archive of many jars
 * is smaller when only the whole is.
 */
final class StoredJars {

  private StoredJars() {}

  public static void main(String[] directories) throws IOException {
    for (String directory : directories) {
      try (Stream<Path> files = Files.list(Path.of(directory))) {
        for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).toList()) {
          store(jar);
        }
      }
    }
  }

  private static void store(Path jar) throws IOException {
    Path stored = jar.resolveSibling(jar.getFileName() + ".stored");
    try (ZipFile from = new ZipFile(jar.toFile());
        ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(stored))) {
      for (ZipEntry entry : from.stream().toList()) {
        byte[] content = from.getInputStream(entry).readAllBytes();
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry copy = new ZipEntry(entry.getName());
        copy.setTime(0);
        copy.setMethod(ZipEntry.STORED);
        copy.setSize(content.length);
        copy.setCrc(crc.getValue());
        to.putNextEntry(copy);
        to.write(content);
      }
    }
    Files.move(stored, jar, StandardCopyOption.REPLACE_EXISTING);
  }
}
