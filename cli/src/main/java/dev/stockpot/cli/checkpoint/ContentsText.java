package dev.stockpot.cli.checkpoint;

import dev.stockpot.checkpoint.Checkpoint.CheckpointFile;
import dev.stockpot.checkpoint.TensorLocation;
import dev.stockpot.checkpoint.config.HfConfig;
import dev.stockpot.checkpoint.inspection.Contents;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.safetensors.TensorHeader;
import dev.stockpot.cli.console.Numbers;
import dev.stockpot.cli.console.Sizes;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@link Contents} for people: the tensors, one a line, then what they add up to. */
final class ContentsText {
  private final Contents contents;
  private final PrintWriter out;

  ContentsText(Contents contents, PrintWriter out) {
    this.contents = contents;
    this.out = out;
  }

  void print() {
    printTensors();
    printFiles();
    printTotals();
    if (contents.config() != null) {
      line("Config", facts(contents.config()));
    }
    contents.warnings().forEach(warning -> line("Warning", warning.toString()));
  }

  private void printTensors() {
    List<TensorLocation> listed = contents.listed();
    if (listed.isEmpty()) {
      return;
    }
    int name = "TENSOR".length();
    int shape = "SHAPE".length();
    for (TensorLocation tensor : listed) {
      name = Math.max(name, Printable.text(tensor.header().name()).length());
      shape = Math.max(shape, Printable.shape(tensor.header().shape()).length());
    }
    String row = "%-" + name + "s  %-11s  %-" + shape + "s  %9s\n";
    out.print(String.format(Locale.ROOT, row, "TENSOR", "DTYPE", "SHAPE", "SIZE"));
    for (TensorLocation tensor : listed) {
      TensorHeader header = tensor.header();
      out.print(
          String.format(
              Locale.ROOT,
              row,
              Printable.text(header.name()),
              header.dtype(),
              Printable.shape(header.shape()),
              Sizes.format(header.byteSize())));
    }
    out.print("\n");
  }

  private void printFiles() {
    line("Path", Printable.text(contents.checkpoint().path().toString()));
    for (CheckpointFile file : contents.checkpoint().files()) {
      line(
          "File",
          "%s, %s, %s"
              .formatted(
                  Printable.text(String.valueOf(file.path().getFileName())),
                  Sizes.format(file.size()),
                  Numbers.count(file.header().tensors().size(), "tensor")));
      file.header()
          .metadata()
          .forEach((key, value) -> line("", Printable.text(key) + " = " + Printable.text(value)));
    }
  }

  private void printTotals() {
    contents.dtypes().forEach((dtype, totals) -> line(dtype.toString(), sum(totals)));
    if (contents.dtypes().size() != 1) {
      line("Total", sum(contents.totals()));
    }
    int left = contents.checkpoint().tensors().size() - contents.listed().size();
    if (left > 0) {
      line("Listed", Numbers.count(contents.listed().size(), "tensor") + " of them");
    }
  }

  private static String sum(Contents.Totals totals) {
    return "%s, %s, %s"
        .formatted(
            Numbers.count(totals.tensors(), "tensor"),
            Numbers.count(totals.elements(), "parameter"),
            Sizes.format(totals.bytes()));
  }

  private static String facts(HfConfig config) {
    List<String> facts = new ArrayList<>();
    facts.addAll(config.architectures());
    if (config.modelType() != null) {
      facts.add(config.modelType());
    }
    if (config.dtype() != null) {
      facts.add(config.dtype());
    }
    if (config.numHiddenLayers() != null) {
      facts.add(Numbers.count(config.numHiddenLayers(), "layer"));
    }
    if (config.hiddenSize() != null) {
      facts.add("hidden size " + Numbers.count(config.hiddenSize()));
    }
    if (config.vocabSize() != null) {
      facts.add("vocabulary " + Numbers.count(config.vocabSize()));
    }
    if (config.tieWordEmbeddings() != null) {
      facts.add(config.tieWordEmbeddings() ? "tied embeddings" : "untied embeddings");
    }
    if (config.quantized()) {
      facts.add("quantized");
    }
    if (config.nameOrPath() != null && !config.nameOrPath().isEmpty()) {
      facts.add("from " + config.nameOrPath());
    }
    return facts.isEmpty() ? "says nothing of the model" : Printable.text(String.join(", ", facts));
  }

  private void line(String label, String text) {
    out.print(String.format(Locale.ROOT, "%-11s  %s\n", label, text));
  }
}
