package dev.stockpot.checkpoint.safetensors;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.FirstBytes;
import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.checkpoint.file.Sha256;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.problem.ProblemList;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a <a href="https://huggingface.co/docs/safetensors">safetensors</a> file: 8 bytes
 * of little-endian length N, N bytes of JSON, then the tensors' bytes.
 *
 * @param tensors by ascending data offset; tensors of no bytes at one offset by name
 * @param metadata the {@code __metadata__} object in file order; empty if there is none
 * @param dataStart where the data section starts in the file: 8 + N
 * @param fileSize in bytes; the tensors tile it from {@code dataStart} to here
 * @param sha256 of the file's first 8 + N bytes, in hex
 */
public record SafetensorsHeader(
    List<TensorHeader> tensors,
    Map<String, String> metadata,
    long dataStart,
    long fileSize,
    String sha256) {

  /** The format's own limit for N. */
  public static final long LONGEST_JSON = 100_000_000;

  private static final int LENGTH_BYTES = 8;
  private static final Comparator<TensorHeader> BY_OFFSET =
      Comparator.comparingLong(TensorHeader::begin)
          .thenComparingLong(TensorHeader::end)
          .thenComparing(TensorHeader::name);

  public SafetensorsHeader {
    tensors = List.copyOf(tensors);
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /**
   * Reads and checks the header of a file; of the tensors' bytes, none.
   *
   * @throws CheckpointException if the file cannot be read or is not what the format allows
   */
  public static SafetensorsHeader read(Path file) {
    String shown = file.toString();
    if (Files.isDirectory(file)) {
      throw problem(shown, "is a directory, not a safetensors file");
    }
    try (FileChannel channel = RegularFiles.open(file, StandardOpenOption.READ)) {
      long fileSize = channel.size();
      try {
        byte[] length = read(channel, (int) Math.min(fileSize, LENGTH_BYTES), shown);
        return parse(read(channel, dataStart(length, fileSize, shown), shown), fileSize, shown);
      } catch (CheckpointException e) {
        byte[] first = read(channel, (int) Math.min(fileSize, FirstBytes.LOOKED_AT), shown);
        throw FirstBytes.notSafetensors(first, fileSize)
            .map(what -> new CheckpointException(Problem.inFile(shown, what), e))
            .orElse(e);
      }
    } catch (IOException e) {
      throw FileErrors.of(file, e);
    }
  }

  /**
   * Where the data section of a file starts, from its first 8 bytes.
   *
   * @param first at least the first 8 bytes of the file, or all of them if it has fewer
   * @throws CheckpointException if no file of that size can have such a header
   */
  public static int dataStart(byte[] first, long fileSize, String file) {
    if (fileSize < LENGTH_BYTES) {
      throw problem(
          file,
          "is no safetensors file: it has "
              + fileSize
              + " bytes, and the length of the header alone takes 8; download it again");
    }
    long json = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    if (json < 0 || json > LONGEST_JSON) {
      throw problem(
          file,
          "is no safetensors file: its first 8 bytes give a header of "
              + Long.toUnsignedString(json)
              + " bytes, and the format allows at most "
              + LONGEST_JSON);
    }
    if (json > fileSize - LENGTH_BYTES) {
      throw problem(
          file,
          "the file is truncated: its header takes %d bytes, the file has %d; download it again"
              .formatted(LENGTH_BYTES + json, fileSize));
    }
    return (int) (LENGTH_BYTES + json);
  }

  /**
   * Parses a header from the first bytes of a file.
   *
   * @param prefix the file from its start, at least to {@link #dataStart}; more is not looked at
   * @param fileSize of the whole file
   * @param file its name, for messages
   * @throws CheckpointException with every problem found
   */
  public static SafetensorsHeader parse(byte[] prefix, long fileSize, String file) {
    int dataStart = dataStart(prefix, fileSize, file);
    if (prefix.length < dataStart) {
      throw new IllegalArgumentException(
          "the header takes " + dataStart + " bytes, given are " + prefix.length);
    }
    ProblemList problems = new ProblemList();
    HeaderParser parser = new HeaderParser(file, problems);
    parser.read(prefix, LENGTH_BYTES, dataStart);
    // A tensor left out for a problem would show as a hole.
    problems.throwIfAny();
    List<TensorHeader> tensors = parser.tensors();
    tensors.sort(BY_OFFSET);
    new Tiling(file, problems).check(tensors, fileSize - dataStart);
    problems.throwIfAny();
    return new SafetensorsHeader(
        tensors, parser.metadata(), dataStart, fileSize, sha256(prefix, dataStart));
  }

  private static byte[] read(FileChannel channel, int length, String file) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, buffer.position()) < 0) {
        throw problem(
            file, "shrank to " + buffer.position() + " bytes while it was read; is it in use?");
      }
    }
    return buffer.array();
  }

  private static String sha256(byte[] bytes, int length) {
    MessageDigest digest = Sha256.digest();
    digest.update(bytes, 0, length);
    return Sha256.hex(digest);
  }

  private static CheckpointException problem(String file, String message) {
    return new CheckpointException(Problem.inFile(file, message));
  }
}
