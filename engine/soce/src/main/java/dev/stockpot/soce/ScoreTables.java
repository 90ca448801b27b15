package dev.stockpot.soce;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Reads score tables. */
public final class ScoreTables {
  /** A leaderboard of thousands of models has a few megabytes. */
  private static final long LARGEST_FILE = 64L << 20;

  private ScoreTables() {}

  /**
   * Every category of a file. CSV, with or without percent signs; a column of words is no category.
   *
   * @throws ScoreTableException with {@code file:line:column: what; cure}
   */
  public static ScoreTable read(Path file) {
    return read(file, List.of());
  }

  /**
   * These categories of a file, in this order; what else is in it is not looked at.
   *
   * @param categories none for all
   * @throws ScoreTableException with {@code file:line:column: what; cure}
   */
  public static ScoreTable read(Path file, List<String> categories) {
    SourceText source = new SourceText(file.toString(), text(file));
    boolean tabs = file.toString().toLowerCase(Locale.ROOT).endsWith(".tsv");
    return new CsvScores(source, tabs ? '\t' : ',', categories).read();
  }

  private static String text(Path file) {
    try {
      if (Files.size(file) > LARGEST_FILE) {
        throw new ScoreTableException(
            file + ": is larger than 64 MiB, which no score table is; name another file");
      }
      return decoded(file, Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new ScoreTableException(file + ": no such file", e);
    } catch (AccessDeniedException e) {
      throw new ScoreTableException(file + ": no permission to read it", e);
    } catch (IOException e) {
      throw new ScoreTableException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static String decoded(Path file, byte[] bytes) throws CharacterCodingException {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      throw new ScoreTableException(
          file + ": is not UTF-8 at byte " + in.position() + "; save it as UTF-8");
    }
    return out.flip().toString();
  }
}
