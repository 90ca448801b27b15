package dev.stockpot.hub.push;

import java.util.Optional;

/**
 * What came of a push.
 *
 * @param commit that holds the checkpoint
 * @param page where people see it
 * @param pullRequest its page, if one was opened
 * @param sentBytes of large files that the hub did not have
 */
public record Pushed(String commit, String page, Optional<String> pullRequest, long sentBytes) {}
