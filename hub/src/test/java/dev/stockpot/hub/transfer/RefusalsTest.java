package dev.stockpot.hub.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.fixtures.hub.Fault;
import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubException.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

/** What the hub refuses, in words that say which page to visit. */
final class RefusalsTest extends HubCase {

  @Test
  void aModelThatIsNotThereMayBePrivateWhereNobodyIsLoggedIn() {
    refused("org/none")
        .hasMessageContaining(
            "org/none: there is no model of this name that may be read (" + page("org/none"))
        .hasMessageContaining("HF_TOKEN")
        .hasMessageContaining("RepoNotFound");
  }

  @Test
  void aPrivateModelIsExplainedToWhoHasNoToken() {
    server.makePrivate(MODEL);

    refused(MODEL).hasMessageContaining("if it is private or gated, give a token");
  }

  @Test
  void aModelThatTheTokenMayNotSeeNamesWhereTheTokenIsFrom() {
    server.token("hf_known");
    environment.put("HF_TOKEN", "hf_known");

    refused("org/none")
        .hasMessageContaining("the account of the token of HF_TOKEN may see it")
        .hasMessageNotContaining("hf_known");
  }

  @Test
  void aTokenThatNobodyKnowsIsToldByItsOrigin() {
    environment.put("HF_TOKEN", "hf_unknown");

    refused(MODEL)
        .hasMessageContaining("the hub knows no such token as the token of HF_TOKEN")
        .hasMessageContaining("/settings/tokens")
        .hasMessageNotContaining("hf_unknown");
  }

  @Test
  void aGatedModelNamesItsPage() {
    server.gate(MODEL);

    refused(MODEL)
        .hasMessageContaining("org/name: ")
        .hasMessageContaining("the model is gated: visit " + page(MODEL))
        .hasMessageContaining("GatedRepo");
  }

  @Test
  void aDisabledModelIsToldAsSuch() {
    server.disable(MODEL);

    refused(MODEL).hasMessageContaining("the hub has disabled this model; see " + page(MODEL));
  }

  @Test
  void aRevisionThatIsNotThereIsToldApart() {
    refused(MODEL + "@v9")
        .hasMessageContaining("org/name@v9: there is no such branch, tag or commit")
        .hasMessageContaining("RevisionNotFound");
  }

  @Test
  void aFolderThatIsNotThereIsToldApart() {
    refused("hf://org/name@main/none").hasMessageContaining("it has no folder none/");
  }

  @Test
  void aModelWithoutSafetensorsIsToldSo() {
    server.commit("org/bin", "main", Map.of("pytorch_model.bin", new byte[9]));

    refused("org/bin").hasMessageContaining("no weights in the safetensors format");
  }

  @Test
  void anIndexThatNamesAShardThatIsNotThereIsRefused() {
    byte[] index =
        "{\"weight_map\":{\"a\":\"model-00001-of-00001.safetensors\"}}"
            .getBytes(StandardCharsets.UTF_8);
    server.commit("org/half", "main", Map.of("model.safetensors.index.json", index));

    refused("org/half")
        .hasMessageContaining("its index names the shard model-00001-of-00001.safetensors");
  }

  @Test
  void aModelThatWasRenamedIsFollowedAndCachedByTheNameThatWasAsked() {
    server.rename(MODEL, "new/home");

    assertThat(fetch(MODEL).resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(directory.resolve("cache/models--org--name")).isDirectory();
  }

  @Test
  void whatIsNoHubIsToldSo() {
    environment.put("HF_ENDPOINT", server.endpoint() + "/elsewhere");

    refused(MODEL).hasMessageContaining("status 404");
  }

  @Test
  void aHubThatIsNotThereIsUnreachable() {
    server.close();

    assertThatThrownBy(() -> fetch(MODEL))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("org/name: given up after 7 attempts")
        .extracting(e -> ((HubException) e).kind())
        .isEqualTo(Kind.UNREACHABLE);
  }

  @Test
  void anAddressOfTheStoreThatRanOutIsAskedForAnew() {
    server.fault(asked -> asked.elsewhere(), Fault.status(403), 2);

    assertThat(fetch(MODEL).resolve("model.safetensors")).hasBinaryContent(weights);
  }

  private String page(String repository) {
    return server.endpoint() + "/" + repository;
  }

  private AbstractThrowableAssert<?, ? extends Throwable> refused(String reference) {
    return assertThatThrownBy(() -> fetch(reference))
        .isInstanceOf(HubException.class)
        .satisfies(e -> assertThat(((HubException) e).kind()).isEqualTo(Kind.REFUSED));
  }
}
