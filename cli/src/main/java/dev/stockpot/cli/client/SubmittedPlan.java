package dev.stockpot.cli.client;

import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.cli.client.api.ClientException;
import dev.stockpot.protocol.api.JobSubmission;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Locale;

/**
 * A plan as it is sent. Only the coordinator reads it: the paths in it may exist nowhere else.
 *
 * @param directory absolute; what the plan's relative paths are relative to
 * @param source as the user named it
 */
record SubmittedPlan(String text, Path directory, String source) {

  private static final int MAX_BYTES = 1 << 20;
  private static final String RANDOM = "abcdefghijkmnpqrstuvwxyz23456789";
  private static final int RANDOM_LENGTH = 6;
  private static final int MAX_NAME = 63 - 1 - RANDOM_LENGTH;

  /**
   * Reads it.
   *
   * @param file {@code -} for standard input, whose paths are relative to the working directory
   */
  static SubmittedPlan read(Path file) throws IOException {
    boolean standardInput = file.toString().equals("-");
    if (!standardInput && Files.isDirectory(file)) {
      throw new ClientException.Unusable(file + ": this is a directory; name the plan's file");
    }
    byte[] bytes = standardInput ? System.in.readNBytes(MAX_BYTES + 1) : bytes(file);
    if (bytes.length > MAX_BYTES) {
      throw new ClientException.Unusable(file + ": larger than 1 MiB; is it a plan?");
    }
    Path directory =
        standardInput ? Path.of("").toAbsolutePath() : directoryOf(file.toAbsolutePath());
    return new SubmittedPlan(text(bytes, file), directory, file.toString());
  }

  private static byte[] bytes(Path file) throws IOException {
    try (InputStream in = RegularFiles.stream(file)) {
      return in.readNBytes(MAX_BYTES + 1);
    }
  }

  private static String text(byte[] bytes, Path file) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      throw new ClientException.Unusable(file + ": not a text in UTF-8; is it a plan?");
    }
  }

  /** Only a file system can tell what '..' after a link means. */
  private static Path directoryOf(Path file) throws IOException {
    Path directory = file.resolveSibling("");
    for (Path name : directory) {
      if (name.toString().equals("..")) {
        return directory.toRealPath();
      }
    }
    return directory.normalize();
  }

  /** A new name for a job with this plan, which tells people what it is. */
  String newId() {
    String file = source.equals("-") ? "plan" : String.valueOf(Path.of(source).getFileName());
    String name =
        file.toLowerCase(Locale.ROOT)
            .replaceFirst("\\.(ya?ml)$", "")
            .replaceAll("[^a-z0-9._-]+", "-")
            .replaceFirst("^[._-]+", "");
    StringBuilder id = new StringBuilder(name.isEmpty() ? "plan" : name);
    id.setLength(Math.min(id.length(), MAX_NAME));
    id.append('-');
    SecureRandom random = new SecureRandom();
    for (int i = 0; i < RANDOM_LENGTH; i++) {
      id.append(RANDOM.charAt(random.nextInt(RANDOM.length())));
    }
    String made = id.toString();
    if (!made.matches(JobSubmission.ID_PATTERN)) {
      throw new IllegalStateException("no id: " + made);
    }
    return made;
  }
}
