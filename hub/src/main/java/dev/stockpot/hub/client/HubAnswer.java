package dev.stockpot.hub.client;

import java.net.http.HttpHeaders;

/**
 * An answer of the 2xx, with its body.
 *
 * @param body whole; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // Too large to copy, and compared by nobody.
public record HubAnswer(int status, HttpHeaders headers, byte[] body) {}
