package dev.stockpot.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HubSettingsTest {

  @TempDir private Path home;

  @Test
  void theCacheIsWhereHuggingfaceHubHasIt() {
    assertThat(settings(Map.of()).cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
    assertThat(settings(Map.of("XDG_CACHE_HOME", "/x")).cache()).hasToString("/x/huggingface/hub");
    Map<String, String> all =
        Map.of("XDG_CACHE_HOME", "/x", "HF_HOME", "~/h", "HUGGINGFACE_HUB_CACHE", "/o");
    assertThat(settings(all).cache()).hasToString("/o");
    assertThat(settings(Map.of("HF_HOME", "~/h", "XDG_CACHE_HOME", "/x")).cache())
        .isEqualTo(home.resolve("h/hub"));
    assertThat(
            settings(Map.of("HF_HOME", "$SCRATCH/${X}/$NONE", "SCRATCH", "/s", "X", "x")).cache())
        .hasToString("/s/x/$NONE/hub");
    assertThat(settings(Map.of("HF_HUB_CACHE", "/c", "HUGGINGFACE_HUB_CACHE", "/o")).cache())
        .hasToString("/c");
  }

  @Test
  void theTokenIsFoundAsHuggingfaceHubFindsItAndTellsOnlyItsOrigin() throws IOException {
    Files.createDirectories(home.resolve("h"));
    Files.writeString(home.resolve("h/token"), "hf_file\n");
    Files.writeString(home.resolve("other"), "hf_other");

    assertThat(settings(Map.of()).token().isPresent()).isFalse();
    assertThat(settings(Map.of("HF_HOME", "~/h")).token().value()).contains("hf_file");
    assertThat(settings(Map.of("HF_HOME", "~/h", "HF_TOKEN_PATH", "~/other")).token().value())
        .contains("hf_other");
    HubSettings named = settings(Map.of("HF_HOME", "~/h", "HF_TOKEN", " hf_variable "));
    assertThat(named.token().value()).contains("hf_variable");
    assertThat(named.toString()).contains("the token of HF_TOKEN").doesNotContain("hf_variable");
  }

  @Test
  void aWrongTokenIsNotRepeatedInTheMessage() {
    assertThatThrownBy(() -> settings(Map.of("HF_TOKEN", "hf_a b")))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("HF_TOKEN")
        .hasMessageNotContaining("hf_a");
  }

  @Test
  void anEndpointMayHaveAPathAndNothingElse() {
    assertThat(settings(Map.of("HF_ENDPOINT", "https://host/a/b/")).endpoint())
        .isEqualTo(URI.create("https://host/a/b"));
    assertThat(settings(Map.of("HF_ENDPOINT", "http://[::1]:80")).endpoint().getHost())
        .isEqualTo("[::1]");
    for (String wrong :
        new String[] {"host", "ftp://host", "https://u:secret@host", "https://h?q"}) {
      assertThatThrownBy(() -> settings(Map.of("HF_ENDPOINT", wrong)))
          .isInstanceOf(HubException.class)
          .hasMessageContaining("HF_ENDPOINT")
          .hasMessageNotContaining("secret");
    }
  }

  @Test
  void offlineIsSaidByEitherVariable() {
    assertThat(settings(Map.of()).offline()).isFalse();
    assertThat(settings(Map.of("HF_HUB_OFFLINE", "1")).offline()).isTrue();
    assertThat(settings(Map.of("TRANSFORMERS_OFFLINE", "yes")).offline()).isTrue();
    assertThat(settings(Map.of("HF_HUB_OFFLINE", "0")).offline()).isFalse();
  }

  @Test
  void proxiesAreThoseOfTheEnvironmentButForHostsThatAreReachedDirectly() {
    HubProxies proxies =
        settings(
                Map.of(
                    "HTTPS_PROXY", "http://user:secret@proxy:3128",
                    "https_proxy", "proxy2",
                    "HTTP_PROXY", "http://plain:8080",
                    "NO_PROXY", "localhost,.example.org, 10.0.0.1:81,[::1]"))
            .proxies();

    assertThat(proxies.of(URI.create("https://huggingface.co/x")))
        .contains(URI.create("http://proxy2"));
    assertThat(proxies.of(URI.create("http://huggingface.co/x")))
        .contains(URI.create("http://plain:8080"));
    for (String direct :
        new String[] {
          "http://localhost:9/", "https://a.example.org", "http://10.0.0.1:81", "http://[::1]:5"
        }) {
      assertThat(proxies.of(URI.create(direct))).as(direct).isEmpty();
    }
    assertThat(proxies.of(URI.create("http://10.0.0.1:82"))).isPresent();
    assertThat(proxies.of(URI.create("http://notexample.org"))).isPresent();
    assertThat(HubProxies.from(Map.of("HTTPS_PROXY", "http://u:secret@p")).toString())
        .doesNotContain("secret");
  }

  private HubSettings settings(Map<String, String> environment) {
    return HubSettings.from(environment, home);
  }
}
