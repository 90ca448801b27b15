package dev.stockpot.hub.push;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubException.Kind;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/**
 * How one large file gets to the hub. Source: the Git LFS batch API, and its extension {@code
 * multipart}: where the upload's header names a {@code chunk_size}, its other fields are the
 * addresses of the parts, by their numbers, and its own address ends the upload.
 *
 * @param upload where all of it goes, or what ends an upload in parts
 * @param verify whom to tell that it is there
 * @param partBytes of every part but the last; 0 where it goes in one
 * @param parts by number, from 1
 */
record LfsAction(URI upload, Optional<URI> verify, long partBytes, SortedMap<Integer, URI> parts) {

  /**
   * Reads what the hub answers about one file.
   *
   * @param address makes one of the text
   * @return empty if the hub has the file
   * @throws HubException if it does not take it, or the answer makes no sense
   */
  static Optional<LfsAction> of(
      JsonNode object, LargeFile file, String about, Function<String, URI> address) {
    JsonNode error = object.path("error");
    if (error.isObject()) {
      throw new HubException(
          Kind.REFUSED,
          "%s: %s: the hub does not take it: %s (%d)"
              .formatted(
                  about,
                  file.file().path(),
                  Printable.text(error.path("message").asString("")),
                  error.path("code").asInt(0)));
    }
    JsonNode upload = object.path("actions").path("upload");
    if (upload.isMissingNode()) {
      return Optional.empty();
    }
    try {
      SortedMap<Integer, URI> parts = new TreeMap<>();
      JsonNode header = upload.path("header");
      long partBytes = Long.parseLong(header.path("chunk_size").asString("0"));
      if (partBytes > 0) {
        for (Map.Entry<String, JsonNode> field : header.properties()) {
          if (field.getKey().matches("[0-9]{1,6}")) {
            parts.put(Integer.parseInt(field.getKey()), address.apply(field.getValue().asString()));
          }
        }
      }
      LfsAction action =
          new LfsAction(
              address.apply(upload.path("href").asString()),
              Optional.of(object.path("actions").path("verify").path("href").asString(""))
                  .filter(href -> !href.isEmpty())
                  .map(address),
              partBytes,
              parts);
      action.check(file.file().size());
      return Optional.of(action);
    } catch (RuntimeException e) {
      throw new HubException(
          Kind.REFUSED,
          "%s: %s: the hub does not say where it is to go in a way that is understood"
              .formatted(about, file.file().path()),
          e);
    }
  }

  private void check(long size) {
    if (partBytes < 0) {
      throw new IllegalArgumentException("parts of " + partBytes + " bytes");
    }
    long wanted = partBytes == 0 ? 0 : Math.ceilDiv(size, partBytes);
    if (parts.size() != wanted
        || (wanted > 0 && (parts.firstKey() != 1 || parts.lastKey() != wanted))) {
      throw new IllegalArgumentException(parts.keySet() + " for " + wanted + " parts");
    }
  }
}
