package dev.stockpot.merge.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.merge.compatibility.Compatibility.Warning;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizersTest {
  private static final String DONORS = "; the result gets the donor's (see 'donor' in the plan)";

  @TempDir private Path directory;
  private Checkpoints checkpoints = new Checkpoints(Path.of(""));

  @BeforeEach
  void useDirectory() {
    checkpoints = new Checkpoints(directory);
  }

  private List<String> told(String a, String b) {
    checkpoints.file("a", "tokenizer.json", a.replace('\'', '"'));
    checkpoints.file("b", "tokenizer.json", b.replace('\'', '"'));
    return checkpoints.warnings("a", "b").stream().map(Warning::message).toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':1} | { 'a': 1 }",
        "{'model':{'vocab':{'a':0,'b':1}}} | {'model': {'vocab': {'b': 1, 'a': 0}}}",
        "{'padding':null,'model':{'vocab':{'a':0}}} |"
            + " {'padding':{'x':1},'truncation':{'y':2},'post_processor':{'type':'z'},"
            + "'version':'1.1','model':{'vocab':{'a':0}}}",
        "{'model':{'vocab':{'a':0},'merges':['a b','c d']}} |"
            + " {'model':{'merges':[['a','b'],['c','d']],'vocab':{'a':0}}}",
        "{'model':{'vocab':{'a':0,'<s>':1}},'added_tokens':[{'id':1,'content':'<s>'}]} |"
            + " {'added_tokens':[{'content':'<s>','id':1,'special':true}],'model':{'vocab':{'a':0}}}",
        "{'model':{'vocab':[['a',-1.0],['b',-2]]}} | {'model':{'vocab':[['a',-1],['b',-2.0]]}}",
        "{'model':{'vocab':{},'dropout':null,'byte_fallback':false}} | {'model':{'vocab':{}}}"
      })
  void tokenizersThatDoTheSameGiveNoWarning(String a, String b) {
    assertThat(told(a, b)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'model':{'vocab':{'a':0,'b':1}}} | {'model':{'vocab':{'b':0,'a':1}}}",
        "{'model':{'vocab':[['a',0.0],['b',0.0]]}} | {'model':{'vocab':[['b',0.0],['a',0.0]]}}",
        "{'added_tokens':[{'id':7,'content':'<s>'}]} | {'added_tokens':[{'id':7,'content':'</s>'}]}"
      })
  void idsThatStandForOtherTokensAreTold(String a, String b) {
    assertThat(told(a, b))
        .containsExactly(
            "tokenizer.json differs: 'a' against 'b'; ids stand for other tokens there, and for"
                + " such tokens the soup is spoiled: merge models of one tokenizer"
                + DONORS);
  }

  @Test
  void moreTokensAreNotOtherIds() {
    assertThat(told("{'model':{'vocab':{'a':0}}}", "{'model':{'vocab':{'a':0,'b':1}}}"))
        .containsExactly(
            "tokenizer.json differs: 'a' against 'b'; some have more tokens than others, though no"
                + " id stands for another token"
                + DONORS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'model':{'vocab':{'a':0},'merges':['b a']}}",
        "{'normalizer':{'type':'Lowercase'},'model':{'vocab':{'a':0},'merges':['a b']}}"
      })
  void textsCutInOtherWaysAreNoOtherIds(String other) {
    assertThat(told("{'model':{'vocab':{'a':0},'merges':['a b']}}", other))
        .containsExactly(
            "tokenizer.json differs: 'a' against 'b'; every token has the same id, but texts are"
                + " cut into tokens in other ways"
                + DONORS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{'model':{'vocab':[[]]}}",
        "{'added_tokens':[[",
        "{'added_tokens':['x']}",
        "{'model':{'vocab':{'a':99999999999}}}",
        "{'model':{'vocab':{'a':123456789}}}",
        "{'model':{'vocab':{'a':-1}}}",
        "{'model':{'merges':[{'a'",
        ""
      })
  void whatIsNoTokenizerIsSaidToBeSo(String broken) {
    assertThat(told("{}", broken))
        .singleElement()
        .satisfies(message ->
            assertThat(message)
                .startsWith(
                    "tokenizer.json differs: 'a' against 'b'; whether ids do cannot be told, for"
                        + " that of 'b' says nothing: "));
  }

  @Test
  void tokenizersInFilesOfOtherKindsCannotBeCompared() {
    checkpoints.file("a", "tokenizer.json", "{}");
    checkpoints.file("b", "tokenizer.model", "x");
    checkpoints.file("c", "config.json", "{}");

    assertThat(checkpoints.warnings("a", "b", "c"))
        .containsExactly(
            new Warning(
                List.of("a", "b"),
                "the tokenizers cannot be compared: 'tokenizer.json' in 'a'; 'tokenizer.model' in"
                    + " 'b'; make sure that every token has the same id in all of them"
                    + DONORS));
    checkpoints.file("a", "tokenizer.model", "x");
    assertThat(checkpoints.warnings("a", "b", "c")).isEmpty();
  }

  @Test
  void sentencePieceModelsAreComparedByTheirBytes() {
    checkpoints.file("a", "tokenizer.model", "x");
    checkpoints.file("b", "tokenizer.model", "y");

    assertThat(checkpoints.warnings("a", "b"))
        .containsExactly(
            new Warning(
                List.of("a", "b"),
                "tokenizer.model differs: 'a' against 'b'; where a token has another id the soup is"
                    + " spoiled for it. Compare the files"
                    + DONORS));
  }
}
