package dev.stockpot.hub.push;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubException.Kind;
import dev.stockpot.hub.client.Hub;
import dev.stockpot.hub.transfer.TransferListener;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Puts a checkpoint on the hub as one commit: readers see all of it or nothing. Large files go
 * first, and stay where a push is stopped, so that the next one does not send them again.
 */
public final class Push {

  private static final int PREUPLOAD = 256;
  private static final int MOST_NAMED = 8;
  private static final String MAIN = "main";
  private static final int PRECONDITION = 412;

  private final Publication wanted;
  private final TransferListener listener;
  private final PushApi api;
  private final Hub hub;
  private boolean isUntouched;

  /**
   * A push that has not begun.
   *
   * @param listener hears what is done to the repository, and how far the upload is
   */
  public Push(Hub hub, Publication wanted, TransferListener listener) {
    this.hub = hub;
    this.wanted = wanted;
    this.listener = listener;
    this.api = new PushApi(hub, wanted.repository());
  }

  /**
   * Pushes.
   *
   * @throws HubException if the hub does not let us, or files would be replaced that may not be;
   *     then the branch is as it was
   */
  public Pushed run() {
    RemoteState before = target();
    Map<String, Mode> modes = modes();
    List<LargeFile> large =
        Digests.large(wanted.files().stream().filter(file -> mode(modes, file).large()).toList());
    Map<String, String> digests = new HashMap<>();
    large.forEach(each -> digests.put(each.file().path(), each.sha256()));
    wanted.files().stream()
        .filter(file -> !mode(modes, file).large())
        .forEach(file -> digests.put(file.path(), Digests.gitBlob(file.bytes())));
    List<LocalFile> changed =
        wanted.files().stream()
            .filter(file ->
                !Objects.equals(before.digests().get(file.path()), digests.get(file.path())))
            .toList();
    List<String> stale = stale(before);
    checkReplaced(before, changed, stale);
    long sent =
        new Uploads(
                api,
                wanted.repository(),
                wanted.pullRequest() ? Optional.empty() : Optional.of(wanted.branch()),
                hub.settings().connections(),
                listener)
            .run(large.stream().filter(each -> changed.contains(each.file())).toList());
    if (changed.isEmpty() && stale.isEmpty()) {
      listener.noted("everything is there already; no commit is needed");
      return new Pushed(before.commit().orElse(""), page(), Optional.empty(), 0);
    }
    wanted.files().forEach(LocalFile::checkSame);
    return commit(before, changed, stale, digests, modes, sent);
  }

  /** How the hub wants a file. */
  private record Mode(boolean large, boolean ignored) {}

  private static Mode mode(Map<String, Mode> modes, LocalFile file) {
    return Objects.requireNonNull(modes.get(file.path()));
  }

  private String page() {
    return wanted.branch().equals(MAIN) ? api.page() : api.page() + "/tree/" + wanted.branch();
  }

  /** The branch that is to get the commit; it and its repository are made where they are not. */
  private RemoteState target() {
    Optional<RemoteState> main = api.state(MAIN);
    if (main.isEmpty()) {
      if (wanted.pullRequest()) {
        throw refused("there is no such repository that a pull request could be for");
      }
      api.create(wanted.open());
      listener.noted("created %s, %s".formatted(api.page(), wanted.open() ? "public" : "private"));
      main = api.state(MAIN);
    }
    RemoteState state =
        main.orElseThrow(() -> refused("it was created, and is not there; try again"));
    checkVisibility(state);
    if (wanted.branch().equals(MAIN)) {
      return state;
    }
    Optional<RemoteState> branch = api.state(wanted.branch());
    if (branch.isEmpty()) {
      if (wanted.pullRequest()) {
        throw refused("there is no branch %s for a pull request".formatted(wanted.branch()));
      }
      api.createBranch(wanted.branch());
      listener.noted("created the branch " + wanted.branch());
      branch = api.state(wanted.branch());
    }
    RemoteState there =
        branch.orElseThrow(() -> refused("its branch was created, and is not there"));
    // What a branch has that nobody committed to is main's: it is no work that could be lost.
    isUntouched = !wanted.pullRequest() && there.commit().equals(state.commit());
    return there;
  }

  private void checkVisibility(RemoteState state) {
    if (!wanted.open() && !state.isPrivate()) {
      throw refused(
          "everybody may see %s; say --public if the checkpoint is for everybody"
              .formatted(api.page()));
    }
    if (wanted.open() && state.isPrivate()) {
      listener.noted(
          "%s stays private; its owner opens it in %s/settings".formatted(api.page(), api.page()));
    }
  }

  private Map<String, Mode> modes() {
    Map<String, Mode> modes = new HashMap<>();
    List<LocalFile> files = wanted.files();
    for (int at = 0; at < files.size(); at += PREUPLOAD) {
      List<Map<String, Object>> asked = new ArrayList<>();
      for (LocalFile file : files.subList(at, Math.min(files.size(), at + PREUPLOAD))) {
        asked.add(
            Map.of(
                "path",
                file.path(),
                "sample",
                Base64.getEncoder().encodeToString(file.sample()),
                "size",
                file.size()));
      }
      for (JsonNode said : api.preupload(wanted.branch(), wanted.pullRequest(), asked)) {
        // The store of large files takes none that are empty.
        Optional<LocalFile> file = wanted.file(said.path("path").asString(""));
        file.ifPresent(known ->
            modes.put(
                known.path(),
                new Mode(
                    said.path("uploadMode").asString("").equals("lfs") && known.size() > 0,
                    said.path("shouldIgnore").asBoolean(false))));
      }
    }
    for (LocalFile file : files) {
      Mode mode = modes.get(file.path());
      if (mode == null) {
        throw refused("the hub does not say how it wants " + file.path());
      }
      if (mode.ignored()) {
        throw refused(
            "its .gitignore leaves out %s, without which the checkpoint is not whole; change it there"
                .formatted(file.path()));
      }
    }
    return modes;
  }

  /** Weights and indexes that a reader would take for a part of the checkpoint. */
  private List<String> stale(RemoteState before) {
    return before.digests().keySet().stream()
        .filter(path -> path.matches("[^/]+\\.safetensors(\\.index\\.json)?"))
        .filter(path -> wanted.file(path).isEmpty())
        .sorted()
        .toList();
  }

  private void checkReplaced(RemoteState before, List<LocalFile> changed, List<String> stale) {
    List<String> replaced =
        changed.stream().map(LocalFile::path).filter(before.digests()::containsKey).toList();
    if (replaced.isEmpty() && stale.isEmpty()) {
      return;
    }
    String what =
        (replaced.isEmpty() ? "" : "replaces " + named(replaced))
            + (replaced.isEmpty() || stale.isEmpty() ? "" : " and ")
            + (stale.isEmpty() ? "" : "deletes " + named(stale));
    if (!wanted.replace() && !wanted.pullRequest() && !isUntouched) {
      throw refused(
          "the branch %s has other contents: a push %s; say --force, or name a new --branch"
              .formatted(wanted.branch(), what));
    }
    listener.noted("the commit " + what);
  }

  private static String named(List<String> paths) {
    String names =
        paths.stream().limit(MOST_NAMED).map(Printable::text).collect(Collectors.joining(", "));
    return paths.size() > MOST_NAMED
        ? names + " and " + (paths.size() - MOST_NAMED) + " more"
        : names;
  }

  private Pushed commit(
      RemoteState before,
      List<LocalFile> changed,
      List<String> stale,
      Map<String, String> digests,
      Map<String, Mode> modes,
      long sent) {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("summary", wanted.summary());
    header.put("description", "");
    // So that nothing is overwritten that came in the meantime.
    before.commit().ifPresent(commit -> header.put("parentCommit", commit));
    line(lines, "header", header);
    for (LocalFile file : changed) {
      if (mode(modes, file).large()) {
        line(
            lines,
            "lfsFile",
            Map.of(
                "path", file.path(),
                "algo", "sha256",
                "oid", Objects.requireNonNull(digests.get(file.path())),
                "size", file.size()));
      } else {
        line(
            lines,
            "file",
            Map.of(
                "path", file.path(),
                "encoding", "base64",
                "content", Base64.getEncoder().encodeToString(file.bytes())));
      }
    }
    stale.forEach(path -> line(lines, "deletedFile", Map.of("path", path)));
    JsonNode made;
    try {
      made = api.commit(wanted.branch(), wanted.pullRequest(), lines.toByteArray());
    } catch (HubException e) {
      // An attempt whose answer was lost may have been taken: then the next one comes too late.
      Optional<RemoteState> now =
          e.status() == PRECONDITION ? api.state(wanted.branch()) : Optional.empty();
      if (now.isPresent() && now.get().digests().entrySet().containsAll(digests.entrySet())) {
        return new Pushed(now.get().commit().orElse(""), page(), Optional.empty(), sent);
      }
      throw e;
    }
    return new Pushed(
        made.path("commitOid").asString(""),
        page(),
        Optional.of(Printable.text(made.path("pullRequestUrl").asString("")))
            .filter(url -> !url.isEmpty()),
        sent);
  }

  private static void line(ByteArrayOutputStream lines, String key, Object value) {
    lines.writeBytes(JsonMapper.shared().writeValueAsBytes(Map.of("key", key, "value", value)));
    lines.write('\n');
  }

  private HubException refused(String what) {
    return new HubException(Kind.REFUSED, wanted.repository() + ": " + what);
  }
}
