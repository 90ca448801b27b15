package dev.stockpot.hub.push;

import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubException.Kind;
import dev.stockpot.hub.transfer.TransferListener;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Sends large files in parts over several connections, file after file, so that one that is whole
 * there need not be sent again by whoever comes after a stop.
 */
final class Uploads {

  /** Addresses are signed for a time; whole files are tried again with new ones. */
  private static final int ATTEMPTS = 3;

  private static final Duration FRESH = Duration.ofMinutes(20);
  private static final int BATCH = 256;
  private static final long TICK_MILLIS = 200;

  private final PushApi api;
  private final String repository;
  private final Optional<String> branch;
  private final int connections;
  private final TransferListener listener;
  private final AtomicLong sent = new AtomicLong();
  private final Set<PartUpload> parts = ConcurrentHashMap.newKeySet();

  /**
   * Nothing is sent yet.
   *
   * @param branch that is to get the files; empty where everybody may offer them
   */
  Uploads(
      PushApi api,
      String repository,
      Optional<String> branch,
      int connections,
      TransferListener listener) {
    this.api = api;
    this.repository = repository;
    this.branch = branch;
    this.connections = connections;
    this.listener = listener;
  }

  /** A file that the hub lacks, and where it goes, as was said then. */
  private record Missing(LargeFile file, LfsAction action, long saidNanos) {}

  /** Sends what the hub does not have; the number of bytes. */
  long run(List<LargeFile> files) {
    Map<String, LargeFile> byDigest = new LinkedHashMap<>();
    files.forEach(file -> byDigest.putIfAbsent(file.sha256(), file));
    List<LargeFile> all = List.copyOf(byDigest.values());
    Map<String, Missing> missing = new HashMap<>();
    for (int at = 0; at < all.size(); at += BATCH) {
      missing.putAll(ask(all.subList(at, Math.min(all.size(), at + BATCH))));
    }
    List<Missing> inOrder =
        all.stream()
            .flatMap(file -> Optional.ofNullable(missing.get(file.sha256())).stream())
            .toList();
    long bytes = inOrder.stream().mapToLong(each -> each.file().file().size()).sum();
    if (bytes == 0) {
      return 0;
    }
    try (Threads threads = new Threads(connections)) {
      CompletionService<LargeFile> running = new ExecutorCompletionService<>(threads.files());
      for (Missing each : inOrder) {
        var _ =
            running.submit(() -> {
              send(each, threads);
              return each.file();
            });
      }
      for (int done = 0; done < inOrder.size(); ) {
        Future<LargeFile> ended = next(running);
        if (ended == null) {
          told(() -> listener.progressed(sent.get(), bytes));
          parts.forEach(PartUpload::watch);
        } else {
          LargeFile _ = result(ended);
          done++;
        }
      }
    }
    listener.progressed(bytes, bytes);
    return bytes;
  }

  /** A thread for each connection, and as many that wait for the parts of a file. */
  private record Threads(ExecutorService files, ExecutorService parts) implements AutoCloseable {

    Threads(int connections) {
      this(pool(connections, "push-file-"), pool(connections, "push-part-"));
    }

    private static ExecutorService pool(int threads, String name) {
      return Executors.newFixedThreadPool(
          threads, Thread.ofPlatform().daemon().name(name, 0).factory());
    }

    @Override
    public void close() {
      files.shutdownNow();
      parts.shutdownNow();
    }
  }

  private @Nullable Future<LargeFile> next(CompletionService<LargeFile> running) {
    try {
      return running.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw HubException.stopped(repository);
    }
  }

  private <T> T result(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw HubException.stopped(repository);
    } catch (ExecutionException e) {
      throw cause(e);
    }
  }

  /** One at a time, as a listener expects. */
  private void told(Runnable what) {
    synchronized (listener) {
      what.run();
    }
  }

  private static RuntimeException cause(ExecutionException e) {
    return e.getCause() instanceof RuntimeException known
        ? known
        : new IllegalStateException(e.getCause());
  }

  private Map<String, Missing> ask(List<LargeFile> files) {
    long now = System.nanoTime();
    Map<String, LargeFile> byDigest = new HashMap<>();
    files.forEach(file -> byDigest.put(file.sha256(), file));
    Map<String, Missing> missing = new HashMap<>();
    for (JsonNode object : api.batch(branch, files)) {
      LargeFile file = byDigest.remove(object.path("oid").asString(""));
      if (file != null) {
        LfsAction.of(object, file, repository, api::address)
            .ifPresent(action -> missing.put(file.sha256(), new Missing(file, action, now)));
      }
    }
    byDigest.values().stream()
        .findFirst()
        .ifPresent(file -> {
          throw new HubException(
              Kind.REFUSED,
              "%s: %s: the hub does not say whether it has it"
                  .formatted(repository, file.file().path()));
        });
    return missing;
  }

  private void send(Missing asked, Threads threads) {
    LargeFile file = asked.file();
    Optional<LfsAction> action =
        System.nanoTime() - asked.saidNanos() > FRESH.toNanos()
            ? again(file)
            : Optional.of(asked.action());
    for (int attempt = 1; action.isPresent(); attempt++) {
      try {
        send(file, action.get(), threads);
        return;
      } catch (HubException e) {
        if (e.status() / 100 != 4 || attempt == ATTEMPTS) {
          throw e;
        }
        told(() -> listener.noted(e.getMessage() + "; asking for a new address"));
        action = again(file);
      }
    }
  }

  private Optional<LfsAction> again(LargeFile file) {
    return Optional.ofNullable(ask(List.of(file)).get(file.sha256())).map(Missing::action);
  }

  private void send(LargeFile file, LfsAction action, Threads threads) {
    LocalFile local = file.file();
    if (action.partBytes() == 0) {
      var _ = await(List.of(part(local, action.upload(), 0, local.size(), threads)));
    } else {
      api.tell(
          "end the upload of " + local.path(),
          action.upload(),
          Map.of("oid", file.sha256(), "parts", parts(local, action, threads)));
    }
    action
        .verify()
        .ifPresent(address ->
            api.tell(
                "check " + local.path(),
                address,
                Map.of("oid", file.sha256(), "size", local.size())));
  }

  /** Sends all parts; their numbers and what the store calls them. */
  private List<Map<String, Object>> parts(LocalFile file, LfsAction action, Threads threads) {
    List<Future<String>> running = new ArrayList<>();
    action
        .parts()
        .forEach((number, address) -> {
          long from = (number - 1) * action.partBytes();
          long length = Math.min(action.partBytes(), file.size() - from);
          running.add(part(file, address, from, length, threads));
        });
    List<Map<String, Object>> said = new ArrayList<>();
    for (String etag : await(running)) {
      said.add(Map.of("partNumber", said.size() + 1, "etag", etag));
    }
    return said;
  }

  private List<String> await(List<Future<String>> running) {
    try {
      return running.stream().map(this::result).toList();
    } finally {
      running.forEach(part -> part.cancel(true));
    }
  }

  private Future<String> part(
      LocalFile file, URI address, long from, long length, Threads threads) {
    PartUpload part =
        new PartUpload(api, file.path(), address, new PartBody(file, from, length, sent), length);
    return threads
        .parts()
        .submit(() -> {
          parts.add(part);
          try {
            return part.call();
          } finally {
            parts.remove(part);
          }
        });
  }
}
