package dev.stockpot.protocol;

import java.util.List;

/**
 * How a worker that does not see a job's files reaches them through the coordinator.
 *
 * @param urls base addresses of the coordinator's HTTP API, the likeliest first
 * @param capability opens the inputs and the places of one lease's tasks, for as long as the lease
 *     lasts, and nothing else; a secret, never logged
 */
public record RemoteAccess(List<String> urls, String capability) {
  public RemoteAccess {
    urls = List.copyOf(urls);
  }

  @Override
  public String toString() {
    return "RemoteAccess" + urls;
  }
}
