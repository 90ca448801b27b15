package dev.stockpot.cli.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.checkpoint.file.FileTrees;
import dev.stockpot.merge.MergeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserCertificateTest {

  @TempDir private Path root;
  private Path directory = Path.of("");

  @BeforeEach
  void name() {
    directory = root.resolve("config").resolve("tls");
  }

  private static String permissions(Path file) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void itIsMadeOnceAndForItsUserAlone() throws Exception {
    UserCertificate made = UserCertificate.readOrMake(directory);
    byte[] key = Files.readAllBytes(made.keyStore());
    assertThat(permissions(directory)).isEqualTo("rwx------");
    assertThat(permissions(made.keyStore())).isEqualTo("rw-------");
    assertThat(permissions(made.passwordFile())).isEqualTo("rw-------");
    assertThat(UserCertificate.readOrMake(directory).keyStore()).hasBinaryContent(key);
  }

  @Test
  void nodesThatStartAtOnceComeToHaveTheSame() throws Exception {
    try (ExecutorService nodes = Executors.newFixedThreadPool(3)) {
      Callable<String> start =
          () -> {
            UserCertificate made = UserCertificate.readOrMake(directory);
            return Pkcs12.read(made.keyStore(), Pkcs12.readPassword(made.passwordFile()))
                .getCertificate("node")
                .toString();
          };
      List<Future<String>> all = nodes.invokeAll(List.of(start, start, start));
      assertThat(all).extracting(Future::get).containsOnly(all.getFirst().get());
    }
    assertThat(FileTrees.entries(directory.resolveSibling("."))).hasSize(1);
  }

  @Test
  void oneThatOthersCanReadIsNotUsed() throws Exception {
    UserCertificate.readOrMake(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() -> UserCertificate.readOrMake(directory))
        .withMessageContaining("chmod 700");
  }

  @Test
  void oneThatIsAboutToEndIsMadeAnew() throws Exception {
    Path ending =
        CertificateAuthority.create(root.resolve("ca"), 9)
            .issue("node", List.of(SubjectName.of("localhost")), 9);
    Files.createDirectories(directory.resolveSibling("."));
    Files.move(ending, directory);
    byte[] former = Files.readAllBytes(directory.resolve("node.p12"));
    assertThat(Files.readAllBytes(UserCertificate.readOrMake(directory).keyStore()))
        .isNotEqualTo(former);
  }
}
