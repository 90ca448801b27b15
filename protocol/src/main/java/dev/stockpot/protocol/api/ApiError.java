package dev.stockpot.protocol.api;

import java.util.List;

/**
 * Why a request was refused.
 *
 * @param error what is wrong and what to do, in one line
 * @param details one entry per mistake where there are several; may hold line breaks
 */
public record ApiError(String error, List<String> details) {
  public ApiError {
    details = List.copyOf(details);
  }
}
