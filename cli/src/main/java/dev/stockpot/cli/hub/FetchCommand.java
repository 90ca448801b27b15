package dev.stockpot.cli.hub;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.cli.console.Numbers;
import dev.stockpot.cli.console.ProgressWriter;
import dev.stockpot.cli.console.Sizes;
import dev.stockpot.cli.console.Terminal;
import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubFile;
import dev.stockpot.hub.HubReference;
import dev.stockpot.hub.HubSettings;
import dev.stockpot.hub.Snapshot;
import dev.stockpot.hub.cache.HubCache;
import dev.stockpot.hub.client.Hub;
import dev.stockpot.hub.client.Patience;
import dev.stockpot.hub.transfer.Downloads;
import dev.stockpot.hub.transfer.ModelFiles;
import dev.stockpot.hub.transfer.TransferListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stockpot fetch}. */
@Command(
    name = "fetch",
    mixinStandardHelpOptions = true,
    description = {
      "Download models from the hub into huggingface_hub's cache, as merges read them.",
      "What is there already is not downloaded again; what was stopped goes on. Prints each model's directory."
    })
public final class FetchCommand extends CliCommand {

  @Parameters(
      paramLabel = "MODEL",
      arity = "1..*",
      description = "org/name, org/name@revision, or hf://org/name@revision/folder.")
  private List<String> models = List.of();

  @Option(
      names = "--metadata",
      description = "Everything but the weights: config, index, tokenizer, licence.")
  private boolean metadata;

  @Mixin private final HubOptions options = new HubOptions();

  @Override
  public Integer call() {
    List<HubReference> references = new ArrayList<>();
    for (String model : models) {
      references.add(
          HubReference.parse(model)
              .orElseThrow(() ->
                  wrong(
                      "%s is no model on the hub, which is like org/name or org/name@revision"
                          .formatted(Printable.quoted(model)))));
    }
    HubSettings settings = options.settings();
    ProgressWriter progress = new ProgressWriter(err(), Terminal.here().err());
    try (Hub hub = new Hub(settings, Patience.USUAL, line -> progress.line(Printable.line(line)))) {
      HubCache cache = new HubCache(settings);
      for (HubReference reference : references) {
        out().println(fetch(hub, cache, reference, progress));
        out().flush();
      }
    }
    return ExitCode.DONE;
  }

  private Path fetch(Hub hub, HubCache cache, HubReference reference, ProgressWriter progress) {
    if (hub.settings().offline() && cache.listing(reference).isEmpty()) {
      Optional<Path> found = cache.snapshot(reference);
      if (found.isPresent()) {
        return asItIs(found.get(), reference + ": offline", progress);
      }
    }
    try {
      return fetch(hub, cache, snapshot(hub, cache, reference, progress), progress);
    } catch (HubException e) {
      Optional<Path> found = cache.snapshot(reference);
      if (e.kind() != HubException.Kind.UNREACHABLE
          || found.isEmpty()
          || cache.listing(reference).isPresent()) {
        throw e;
      }
      return asItIs(found.get(), String.valueOf(e.getMessage()), progress);
    }
  }

  /** A snapshot of which nobody wrote down what it is to hold. */
  private static Path asItIs(Path snapshot, String why, ProgressWriter progress) {
    progress.line(
        "warning: " + Printable.line(why) + "; nothing tells whether all of it is in the cache");
    return snapshot;
  }

  private Path fetch(Hub hub, HubCache cache, Snapshot snapshot, ProgressWriter progress) {
    Downloads downloads = new Downloads(hub, cache);
    ModelFiles files = downloads.files(snapshot);
    List<HubFile> wanted = metadata ? files.metadata() : files.all();
    long bytes = wanted.stream().mapToLong(HubFile::size).sum();
    long missing = downloads.missingBytes(wanted);
    progress.line(
        "%s: %s, %s%s"
            .formatted(
                Printable.text(snapshot.pinned()),
                Numbers.count(wanted.size(), "file"),
                Sizes.format(bytes),
                missing == 0
                    ? ", all in the cache"
                    : ", of which " + Sizes.format(missing) + " are to be downloaded"));
    progress.begin();
    Path directory = downloads.fetch(snapshot, wanted, listener(progress));
    progress.redraw("");
    return directory;
  }

  private static TransferListener listener(ProgressWriter progress) {
    return new TransferListener() {
      @Override
      public void progressed(long doneBytes, long bytes) {
        progress.progress(doneBytes, bytes, 1);
      }

      @Override
      public void noted(String line) {
        progress.line(Printable.line(line));
      }
    };
  }

  /** A commit stays what it is, so what is known of it needs no question; offline nothing does. */
  private static Snapshot snapshot(
      Hub hub, HubCache cache, HubReference reference, ProgressWriter progress) {
    Optional<Snapshot> known = cache.listing(reference);
    if (known.isPresent() && (reference.isCommit() || hub.settings().offline())) {
      return known.get();
    }
    try {
      Snapshot found = hub.resolve(reference);
      if (!found.name().equals(reference.repository())) {
        progress.line(
            "%s: the model is called %s now; better name it so"
                .formatted(reference.repository(), found.name()));
      }
      return found;
    } catch (HubException e) {
      if (e.kind() == HubException.Kind.UNREACHABLE && known.isPresent()) {
        progress.line(
            "warning: %s; going on with %s, which the cache has"
                .formatted(e.getMessage(), known.get().pinned()));
        return known.get();
      }
      throw e;
    }
  }
}
