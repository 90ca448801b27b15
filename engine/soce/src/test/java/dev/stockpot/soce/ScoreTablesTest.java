package dev.stockpot.soce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScoreTablesTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path directory;

  private Path file(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private ScoreTable csv(String text) throws IOException {
    return ScoreTables.read(file("scores.csv", text));
  }

  private void refused(String name, String text, String message) throws IOException {
    Path file = file(name, text);
    assertThatThrownBy(() -> ScoreTables.read(file))
        .isInstanceOf(SoceException.class)
        .hasMessage(file + message);
  }

  private static ScoreTable table(List<String> models, List<String> categories, Double... scores) {
    List<List<OptionalDouble>> rows = new ArrayList<>();
    for (int row = 0; row < models.size(); row++) {
      rows.add(
          List.of(scores).subList(row * categories.size(), (row + 1) * categories.size()).stream()
              .map(score -> score < 0 ? OptionalDouble.empty() : OptionalDouble.of(score))
              .toList());
    }
    return ScoreTable.of(models, categories, rows);
  }

  @Test
  void csvIsReadWithAndWithoutPercentSigns() throws IOException {
    assertThat(csv("model,add,rev\nbase,13.5,6%\n\"a, b\",\"1e2\", 5.0 % \n"))
        .isEqualTo(table(List.of("base", "a, b"), List.of("add", "rev"), 13.5, 6.0, 100.0, 5.0));
  }

  @Test
  void aScoreThatIsMissingIsEmptyAndNever0() throws IOException {
    ScoreTable table = csv("model,add,rev,max\nbase,,N/A,0\nadd,nan,1,-\nrev,3,None,null\n");

    assertThat(table)
        .isEqualTo(
            table(
                List.of("base", "add", "rev"),
                List.of("add", "rev", "max"),
                -1.0,
                -1.0,
                0.0,
                -1.0,
                1.0,
                -1.0,
                3.0,
                -1.0,
                -1.0));
  }

  @Test
  void theModelsColumnIsTheOneOfThatNameOrElseTheFirst() throws IOException {
    assertThat(csv("rank,Model,add\n1,base,13.5\n").models()).containsExactly("base");
    assertThat(csv("checkpoint,add\nbase,13.5\n").models()).containsExactly("base");
  }

  @Test
  void columnsOfWordsAreNoCategories() throws IOException {
    assertThat(csv("model,licence,add,empty\na,mit,1,\nb,7,2,\nc,apache,3,\n").categories())
        .containsExactly("add", "empty");
  }

  @Test
  void aByteOrderMarkCrlfAndTabsAreRead() throws IOException {
    assertThat(ScoreTables.read(file("scores.tsv", "\uFEFFmodel\tadd\r\nbase\t13.5\r\n")))
        .isEqualTo(table(List.of("base"), List.of("add"), 13.5));
  }

  @Test
  void namedCategoriesAreReadInTheirOrderAndNothingElseIsLookedAt() throws IOException {
    Path file = file("scores.csv", "model,a,b,c,d\nx,1,2,?,3\ny,4,5,6,7\n");

    assertThat(ScoreTables.read(file, List.of("d", "a")))
        .isEqualTo(table(List.of("x", "y"), List.of("d", "a"), 3.0, 1.0, 7.0, 4.0));
    assertThatThrownBy(() -> ScoreTables.read(file, List.of("e")))
        .hasMessage(file + ": there is no category 'e'; there are 'a', 'b', 'c', 'd'");
  }

  @Test
  void aWordAmongNumbersIsAMistakeWithItsPlace() throws IOException {
    refused(
        "scores.csv",
        "model,\"a,1\",b\nx,1,2\n\"y\n2\",3,4\nz,5,7l.3\n",
        ":5:5: '7l.3' in the category 'b' is not a number; write one such as 71.3 or 71.3%, or"
            + " leave it empty");
  }

  @Test
  void placesCountCharactersBehindQuotedLineBreaks() throws IOException {
    refused(
        "scores.csv",
        "model,a,b\nx,1,2\n\"y\n😀\",3,four\nz,5,6\n",
        ":4:6: 'four' in the category 'b' is not a number; write one such as 71.3 or 71.3%, or"
            + " leave it empty");
  }

  @Test
  void linesOfAnotherLengthAreMistakes() throws IOException {
    refused(
        "scores.csv",
        "model,a,b\nx,1\n",
        ":2:3: this line has 2 fields, the first line 3; leave a missing score empty, and put text"
            + " with commas in quotes");
    refused(
        "scores.csv",
        "model,a,b\nx,1,2,3\n",
        ":2:7: this line has 4 fields, the first line 3; leave a missing score empty, and put text"
            + " with commas in quotes");
  }

  @Test
  void namesThatAreThereTwiceAreMistakes() throws IOException {
    refused(
        "scores.csv",
        "model,a\nx,1\ny,2\nx,3\n",
        ":4:1: the model 'x' is on line 2 already; remove one of them");
    refused(
        "scores.csv",
        "model,a,a\nx,1,2\n",
        ":1:9: the column 'a' is there twice; rename one of them");
    refused(
        "scores.csv",
        "model,a\n,1\n",
        ":2:1: this line names no model; name it, or remove the line");
    refused(
        "scores.csv", "model,a,\nx,1,2\n", ":1:9: this column has no name; name it, or remove it");
  }

  @Test
  void filesWithoutATableAreNamed() throws IOException {
    refused(
        "scores.csv",
        "",
        ": is empty; the first line names the columns, each further line is one model's scores");
    refused("scores.csv", "model,a\n", ": has no models; add the scores of at least one");
    refused(
        "scores.csv",
        "model,a\nx,word\n",
        ": has no column of numbers; add a category with scores");
    refused(
        "scores.csv",
        "model;a\nx;1\n",
        ":1:1: there is only one column; a score table has a column of models and at least one of"
            + " scores, separated by commas");
    Path missing = directory.resolve("none.csv");
    assertThatThrownBy(() -> ScoreTables.read(missing)).hasMessage(missing + ": no such file");
  }

  @Test
  void textThatIsNotUtf8IsNamedByItsByte() throws IOException {
    Path file = directory.resolve("scores.csv");
    Files.write(file, "model,a\nmüller,1\n".getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(() -> ScoreTables.read(file))
        .hasMessage(file + ": is not UTF-8 at byte 9; save it as UTF-8");
  }

  @Test
  void jsonIsReadAsAnObjectOfModelsOrAnArrayOfRecords() throws IOException {
    ScoreTable expected =
        table(List.of("base", "add"), List.of("add", "rev"), 13.5, -1.0, 100.0, 5.0);

    assertThat(
            ScoreTables.read(
                file(
                    "a.json",
                    "{\"base\": {\"add\": 13.5}, \"add\": {\"add\": \"100%\", \"rev\": 5}}")))
        .isEqualTo(expected);
    assertThat(
            ScoreTables.read(
                file(
                    "b.json",
                    """
                    [{"Model": "base", "org": "x", "add": 13.5, "rev": NaN},
                     {"add": 100, "rev": 5.0, "Model": "add", "org": "y"}]
                    """)))
        .isEqualTo(expected);
  }

  @Test
  void mistakesInJsonHaveTheirPlace() throws IOException {
    refused(
        "a.json",
        "{\"base\": {\"add\": 1},\n \"add\": {\"add\": \"x\"},\n \"rev\": {\"add\": 3}}",
        ":2:17: 'x' in the category 'add' is not a number; write one such as 71.3 or 71.3%, or"
            + " leave it empty");
    refused(
        "a.json",
        "{\"base\": {\"add\": {\"acc\": 1}}}",
        ":1:18: a number is expected here; a score table is {\"model\": {\"category\": 71.3}}, or an"
            + " array of records such as {\"model\": \"a\", \"category\": 71.3}");
    refused(
        "a.json",
        "[{\"model\": \"a\", \"x\": 1},\n {\"model\": \"a\", \"x\": 2}]",
        ":2:12: the model 'a' is on line 1 already; remove one of them");
    refused(
        "a.json",
        "[{\"x\": 1}]",
        ":1:2: this record names no \"model\"; a score table is {\"model\": {\"category\": 71.3}}, or"
            + " an array of records such as {\"model\": \"a\", \"category\": 71.3}");
  }

  @Test
  void textThatIsNoJsonIsNamedWithItsPlace() throws IOException {
    for (String text :
        List.of("{\"a\": {\"x\": 1}, \"a\": {}}", "{\"a\": {\"x\" 1}}", "{\"a\": {", "{} {}")) {
      Path file = file("a.json", text);
      assertThatThrownBy(() -> ScoreTables.read(file))
          .isInstanceOf(SoceException.class)
          .hasMessageMatching("(?s)\\Q" + file + "\\E:1:\\d+: .*");
    }
    refused("a.json", "", ": is empty; write models and their scores");
  }
}
