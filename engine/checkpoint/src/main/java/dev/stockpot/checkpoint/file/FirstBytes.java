package dev.stockpot.checkpoint.file;

import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a file really is that is not what its name says, told by its first bytes: a Git LFS pointer,
 * a page or an error that a server sent in the file's place, an unfinished download, another
 * format.
 *
 * <p>What it says is the rest of a sentence about the file, with what to do.
 */
public final class FirstBytes {
  /** As many bytes as are looked at; a tar archive says so only after 257. */
  public static final int LOOKED_AT = 1024;

  private static final Pattern LFS_SIZE = Pattern.compile("(?m)^size (\\d{1,18})$");
  private static final Pattern FOR_PROGRAMS = Pattern.compile(".*\\.(json|model|tiktoken|txt)");
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  /** A format by the bytes that its files have at an offset. */
  private record Magic(int at, String bytes, String what) {
    boolean matches(byte[] first) {
      byte[] wanted = bytes.getBytes(StandardCharsets.ISO_8859_1);
      int end = at + wanted.length;
      return first.length >= end && Arrays.equals(first, at, end, wanted, 0, wanted.length);
    }
  }

  private static final String TORCH = "; convert it to safetensors first";
  private static final String UNPACK = "; unpack it first";

  private static final Magic[] MAGICS = {
    new Magic(0, "PK\3\4", "is a zip archive, as torch.save writes (a .bin or .pt file)" + TORCH),
    new Magic(
        0, "\u0080\2", "is a Python pickle, as torch.save writes (a .bin or .pt file)" + TORCH),
    new Magic(0, "\u0080\3", "is a Python pickle" + TORCH),
    new Magic(0, "\u0080\4", "is a Python pickle" + TORCH),
    new Magic(0, "\u0080\5", "is a Python pickle" + TORCH),
    new Magic(0, "GGUF", "is a GGUF file; use the checkpoint that it was made from"),
    new Magic(0, "\u001f\u008b", "is compressed with gzip" + UNPACK),
    new Magic(0, "(\u00b5/\u00fd", "is compressed with zstd" + UNPACK),
    new Magic(0, "\u00fd7zXZ", "is compressed with xz" + UNPACK),
    new Magic(0, "BZh", "is compressed with bzip2" + UNPACK),
    new Magic(257, "ustar", "is a tar archive" + UNPACK),
    new Magic(0, "\u0089HDF", "is an HDF5 file (Keras, TensorFlow)" + TORCH),
    new Magic(0, "\u0093NUMPY", "is a NumPy file" + TORCH)
  };

  private FirstBytes() {}

  /**
   * What the file is, or empty if its first bytes are of none of the kinds known here.
   *
   * @param first the file from its start, {@value #LOOKED_AT} bytes if it has as many
   */
  public static Optional<String> recognise(byte[] first) {
    byte[] start = first.length > LOOKED_AT ? Arrays.copyOf(first, LOOKED_AT) : first;
    for (Magic magic : MAGICS) {
      if (magic.matches(start)) {
        return Optional.of(magic.what());
      }
    }
    if (start.length == LOOKED_AT && isZero(start)) {
      return Optional.of(
          "begins with nothing but zeros: its space was reserved, and the download did not finish;"
              + " download it again");
    }
    return text(start).flatMap(FirstBytes::recognise);
  }

  private static Optional<String> recognise(String text) {
    return pointer(text).or(() -> ServerAnswer.in(text));
  }

  private static Optional<String> pointer(String text) {
    if (!text.startsWith("version https://git-lfs.github.com/spec/")) {
      return Optional.empty();
    }
    Matcher size = LFS_SIZE.matcher(text);
    return Optional.of(
        "is a Git LFS pointer, not the file itself"
            + (size.find() ? ", which has %,d bytes".formatted(Long.parseLong(size.group(1))) : "")
            + "; fetch it: run 'git lfs pull' in its directory");
  }

  /**
   * What a file is that was to be in the safetensors format and is not; any text is told as such.
   */
  public static Optional<String> notSafetensors(byte[] first, long size) {
    if (size == 0) {
      return Optional.of("is empty: the download did not finish; download it again");
    }
    return recognise(first)
        .or(() ->
            text(first)
                .map(text ->
                    "is no safetensors file but text, which begins with "
                        + Printable.quoted(text.lines().findFirst().orElse("").strip())
                        + "; download it again"));
  }

  /**
   * Checks that the bytes may be a JSON document as the checkpoint's author wrote it.
   *
   * @throws CheckpointException if they are of a kind known here, or begin with a byte order mark,
   *     which Python's JSON refuses
   */
  public static void requireJson(byte[] bytes, String file) {
    if (bytes.length >= 3 && Arrays.equals(bytes, 0, 3, BYTE_ORDER_MARK, 0, 3)) {
      throw new CheckpointException(
          Problem.inFile(
              file,
              "begins with a UTF-8 byte order mark, which transformers refuses too; save it"
                  + " without one: sed -i '1s/^\\xef\\xbb\\xbf//' "
                  + Printable.word(file)));
    }
    recognise(bytes)
        .ifPresent(what -> {
          throw new CheckpointException(Problem.inFile(file, what));
        });
  }

  /**
   * What a file beside the weights is in the place of a tokenizer, a config or whatever its name
   * says: a Git LFS pointer, or a server's answer if programs read files of that name. Reads the
   * first bytes.
   */
  public static Optional<String> recognise(Path file, String name) throws IOException {
    byte[] first;
    try (InputStream in = RegularFiles.stream(file)) {
      first = in.readNBytes(LOOKED_AT);
    }
    return text(first)
        .flatMap(text -> FOR_PROGRAMS.matcher(name).matches() ? recognise(text) : pointer(text));
  }

  /** The bytes as text without the white space before it, if they are text throughout. */
  private static Optional<String> text(byte[] first) {
    String text = new String(first, StandardCharsets.UTF_8).stripLeading();
    if (text.startsWith("\ufeff")) {
      text = text.substring(1);
    }
    boolean isText =
        !text.isEmpty()
            && text.chars().noneMatch(c -> c < ' ' && c != '\n' && c != '\r' && c != '\t');
    // The last character may be cut.
    int broken = text.indexOf('\ufffd');
    return isText && (broken < 0 || broken > LOOKED_AT / 4) ? Optional.of(text) : Optional.empty();
  }

  private static boolean isZero(byte[] bytes) {
    for (byte each : bytes) {
      if (each != 0) {
        return false;
      }
    }
    return true;
  }
}
