package dev.stockpot.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HubReferenceTest {

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "org/name, org/name, main, ''",
        "org/name@v1.0, org/name, v1.0, ''",
        "org/name@refs/pr/3, org/name, refs/pr/3, ''",
        "hf://org/name, org/name, main, ''",
        "hf://org/name@main/a/b, org/name, main, a/b",
        "hf://models/org/name@refs/pr/3/sub, org/name, refs/pr/3, sub",
        "hf://org/name@feature%2Fx/sub, org/name, feature/x, sub",
        "https://huggingface.co/org/name, org/name, main, ''",
        "https://huggingface.co/org/name/tree/refs%2Fpr%2F1/sub?x=y, org/name, refs/pr/1, sub",
        "https://hf.co/org/name.v2/, org/name.v2, main, ''",
      })
  void aReferenceIsReadInEveryFormThatPeopleCopy(
      String text, String repository, String revision, String subfolder) {
    HubReference expected = new HubReference(repository, revision, subfolder);

    assertThat(HubReference.parse(text)).contains(expected);
    assertThat(HubReference.parse(expected.toString())).contains(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/a/b", "./a/b", "a", "a/b/c", "../b", "~/a", "a/b@", "a/..", "a--b/c", ""})
  void whatCanOnlyBeAPathIsNoReference(String text) {
    assertThat(HubReference.parse(text)).isEmpty();
  }

  @Test
  void whatCanOnlyBeAReferenceAndIsAWrongOneIsRefused() {
    assertThatThrownBy(() -> HubReference.parse("hf://datasets/org/name"))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("hf://organisation/name@revision/folder");
    assertThatThrownBy(() -> HubReference.parse("hf://org/name@main/../../etc"))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("'../../etc' is not a folder of a repository");
  }
}
