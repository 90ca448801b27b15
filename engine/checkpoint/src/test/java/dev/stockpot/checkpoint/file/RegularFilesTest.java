package dev.stockpot.checkpoint.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.checkpoint.ShardIndex;
import dev.stockpot.checkpoint.SidecarFiles;
import dev.stockpot.checkpoint.config.HfConfig;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.safetensors.SafetensorsHeader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whoever opens a pipe waits, so each of these would run into its timeout. */
@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RegularFilesTest {

  @TempDir private Path directory;
  private Path pipe;

  @BeforeEach
  void makePipe() throws Exception {
    pipe = directory.resolve("pipe");
    Process made = new ProcessBuilder("mkfifo", pipe.toString()).start();
    assertThat(made.waitFor()).isZero();
  }

  private static void assertRefused(Path file) {
    assertThatExceptionOfType(FileSystemException.class)
        .isThrownBy(() -> RegularFiles.open(file, StandardOpenOption.READ))
        .withMessageContaining("it is a pipe, a socket or a device");
    assertThatExceptionOfType(FileSystemException.class)
        .isThrownBy(
            () -> RegularFiles.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE));
    assertThatExceptionOfType(FileSystemException.class)
        .isThrownBy(() -> RegularFiles.bytes(file, 10));
    assertThatExceptionOfType(FileSystemException.class).isThrownBy(() -> RegularFiles.size(file));
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> HfConfig.read(file))
        .withMessageContaining(file.toString());
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> SafetensorsHeader.read(file));
    assertThatExceptionOfType(CheckpointException.class).isThrownBy(() -> ShardIndex.read(file));
    assertThatExceptionOfType(NotDirectoryException.class)
        .isThrownBy(() -> FileTrees.entries(file));
    assertThatExceptionOfType(CheckpointException.class).isThrownBy(() -> SidecarFiles.in(file));
  }

  @Test
  void aPipeIsNotOpened() {
    assertRefused(pipe);
  }

  @Test
  void aPipeBehindALinkIsNotOpened() throws IOException {
    assertRefused(Files.createSymbolicLink(directory.resolve("link"), pipe));
  }

  @Test
  void aDeviceIsNotOpened() {
    assertRefused(Path.of("/dev/zero"));
  }

  @Test
  void aSocketIsNotOpened() throws IOException {
    Path socket = directory.resolve("socket");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      assertRefused(socket);
    }
  }

  @Test
  void aDirectoryIsNoFile() {
    assertThatExceptionOfType(FileSystemException.class)
        .isThrownBy(() -> RegularFiles.open(directory, StandardOpenOption.READ))
        .withMessageContaining("it is a directory");
  }

  @Test
  void aRegularFileIsOpenedThroughLinksToo() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "text");
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    assertThat(RegularFiles.bytes(link, 4)).asString().isEqualTo("text");
    assertThat(RegularFiles.size(link)).isEqualTo(4);
    try (FileChannel channel = RegularFiles.open(file, StandardOpenOption.WRITE)) {
      assertThat(channel.size()).isEqualTo(4);
    }
  }

  @Test
  void moreBytesThanAllowedAreNotRead() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "text");
    assertThatExceptionOfType(FileSystemException.class)
        .isThrownBy(() -> RegularFiles.bytes(file, 3))
        .withMessageContaining("it has more than 3 bytes");
  }

  @Test
  void aFileIsCreatedWhereThatIsWanted() throws IOException {
    Path file = directory.resolve("new");
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> RegularFiles.open(file, StandardOpenOption.WRITE));
    RegularFiles.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE).close();
    assertThat(file).isRegularFile();
  }

  @Test
  void aPipeAmongTheSidecarsIsNamed() throws IOException {
    Path model = Files.createDirectory(directory.resolve("model"));
    Path tokenizer = Files.move(pipe, model.resolve("tokenizer.json"));
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> SidecarFiles.in(model))
        .withMessageContaining(tokenizer.toString())
        .withMessageContaining("it is a pipe");
  }
}
