package dev.stockpot.checkpoint.file;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.stockpot.checkpoint.ShardIndex;
import dev.stockpot.checkpoint.config.HfConfig;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.safetensors.SafetensorsHeader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that are not what their names say. */
class FirstBytesTest {
  private static final String POINTER =
      "version https://git-lfs.github.com/spec/v1\noid sha256:"
          + "ab".repeat(32)
          + "\nsize 4976698672\n";
  private static final String ACCESS =
      "; ask for access on the model's page, log in with 'hf auth login', and download it again";

  @TempDir Path root;

  record Row(String content, String said) {}

  static Stream<Row> rows() {
    return Stream.of(
        new Row(
            POINTER,
            "is a Git LFS pointer, not the file itself, which has 4,976,698,672 bytes; fetch it: run"
                + " 'git lfs pull' in its directory"),
        new Row(
            "<!DOCTYPE html>\n<html><head><title>\nSign in</title></head>Please log in",
            "is a web page (HTML) saved in the file's place: 'Sign in'" + ACCESS),
        new Row(
            "<html><body>" + "busy ".repeat(400),
            "is a web page (HTML) saved in the file's place; download it again"),
        new Row(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>NoSuchKey</Code><Message>The key"
                + " does not exist</Message></Error>",
            "is a server's error (XML) saved in the file's place: 'NoSuchKey: The key does not"
                + " exist'; check the names of the repository and of the file, and download it again"),
        new Row(
            "{\"error\":\"Access to model org/name is restricted and you are not in the authorized"
                + " list.\"}",
            "is a server's error (JSON) saved in the file's place: 'Access to model org/name is"
                + " restricted and you are not in the authorized list.'"
                + ACCESS),
        new Row(
            "{\"error\": \"Repository not found\"}",
            "is a server's error (JSON) saved in the file's place: 'Repository not found'; check the"
                + " names of the repository and of the file, and download it again"),
        new Row(
            "Invalid username or password.",
            "is a server's error saved in the file's place: 'Invalid username or password.'"
                + ACCESS),
        new Row(
            "Entry not found",
            "is a server's error saved in the file's place: 'Entry not found'; check the names of the"
                + " repository and of the file, and download it again"),
        new Row(
            "We had to rate limit your IP (1.2.3.4). To continue, log in",
            "is a server's error saved in the file's place: 'We had to rate limit your IP (1.2.3.4)."
                + " To continue, log in'; wait, log in with 'hf auth login', and download it again"),
        new Row(
            "Temporary Redirect. Redirecting to https://cas-bridge.xethub.hf.co/x",
            "is a server's error saved in the file's place: 'Temporary Redirect. Redirecting to"
                + " https://cas-bridge.xethub.hf.co/x'; the download did not follow a redirect (curl"
                + " wants -L for that); download it again"),
        new Row(
            "PK\3\4\0\0\u0008\u0008 archive/data.pkl",
            "is a zip archive, as torch.save writes (a .bin or .pt file); convert it to safetensors"
                + " first"),
        new Row(
            "\u0080\2}q\0.\0\0\0\0",
            "is a Python pickle, as torch.save writes (a .bin or .pt file); convert it to safetensors"
                + " first"),
        new Row("GGUF\3\0\0\0\0\0\0\0", "is a GGUF file; use the checkpoint that it was made from"),
        new Row("\u001f\u008b\u0008\0\0\0\0\0", "is compressed with gzip; unpack it first"),
        new Row(
            "\0".repeat(4096),
            "begins with nothing but zeros: its space was reserved, and the download did not finish;"
                + " download it again"),
        new Row("", "is empty: the download did not finish; download it again"),
        new Row(
            "to do: put the weights here\nsoon",
            "is no safetensors file but text, which begins with 'to do: put the weights here';"
                + " download it again"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void whatASafetensorsFileReallyIsIsSaid(Row row) throws IOException {
    Path file = Files.write(root.resolve("x.safetensors"), row.content().getBytes(ISO_8859_1));
    assertThatThrownBy(() -> SafetensorsHeader.read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": " + row.said());
  }

  @Test
  void aDownloadThatEndsWithinItsHeaderIsStillCalledTruncated() throws IOException {
    Path file =
        Files.write(
            root.resolve("x.safetensors"),
            "\u00e8\3\0\0\0\0\0\0{\"a\":{\"dtype\":".getBytes(ISO_8859_1));
    assertThatThrownBy(() -> SafetensorsHeader.read(file))
        .hasMessageStartingWith(file + ": the file is truncated: its header takes 1008 bytes");
  }

  @Test
  void anIndexAndAConfigAreRecognisedToo() {
    assertThatThrownBy(() -> ShardIndex.parse(POINTER.getBytes(UTF_8), "i.json"))
        .hasMessageStartingWith("i.json: is a Git LFS pointer");
    assertThatThrownBy(() -> HfConfig.parse(POINTER.getBytes(UTF_8), "config.json"))
        .hasMessageStartingWith("config.json: is a Git LFS pointer");
    assertThatThrownBy(
            () -> HfConfig.parse("<!doctype html><html></html>".getBytes(UTF_8), "config.json"))
        .hasMessageStartingWith("config.json: is a web page (HTML)");
    assertThatThrownBy(
            () -> HfConfig.parse("{\"error\":\"Entry not found\"}".getBytes(UTF_8), "config.json"))
        .hasMessageStartingWith("config.json: is a server's error (JSON)");
  }

  @Test
  void aByteOrderMarkIsRefusedAsInTransformers() {
    assertThatThrownBy(() -> HfConfig.parse("\ufeff{}".getBytes(UTF_8), "config.json"))
        .hasMessage(
            "config.json: begins with a UTF-8 byte order mark, which transformers refuses too; save"
                + " it without one: sed -i '1s/^\\xef\\xbb\\xbf//' config.json");
    assertThatThrownBy(() -> ShardIndex.parse("\ufeff{}".getBytes(UTF_8), "i.json"))
        .hasMessageContaining("begins with a UTF-8 byte order mark");
  }

  @Test
  void ofTheFilesBesideTheWeightsPointersAreRefusedAndErrorsWhereProgramsReadThem()
      throws IOException {
    Path pointer = Files.writeString(root.resolve("tokenizer.model"), POINTER);
    assertThat(FirstBytes.recognise(pointer, "tokenizer.model"))
        .get(STRING)
        .startsWith("is a Git LFS pointer");
    Path page = Files.writeString(root.resolve("page"), "<html></html>");
    assertThat(FirstBytes.recognise(page, "tokenizer.json"))
        .get(STRING)
        .startsWith("is a web page");
    assertThat(FirstBytes.recognise(page, "chat_template.jinja")).isEmpty();
    Path words = Files.writeString(root.resolve("vocab.txt"), "<unk>\n<s>\nerror\n");
    assertThat(FirstBytes.recognise(words, "vocab.txt")).isEmpty();
  }

  @Test
  void ordinaryDocumentsAreNotTakenForAnythingElse() {
    assertThat(FirstBytes.recognise("{\"weight_map\":{\"error\":\"x\"}}".getBytes(UTF_8)))
        .isEmpty();
    assertThat(FirstBytes.recognise("{}".getBytes(UTF_8))).isEmpty();
    assertThat(FirstBytes.recognise(new byte[] {8, 0, 0, 0, 0, 0, 0, 0, '{', '}'})).isEmpty();
  }
}
