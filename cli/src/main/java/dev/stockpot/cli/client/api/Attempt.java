package dev.stockpot.cli.client.api;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * What was found at an address where no coordinator answered.
 *
 * @param found for people, with what to do
 */
public record Attempt(URI address, Kind kind, String found) {

  public enum Kind {
    /** Nothing answers there. */
    NOT_THERE,
    /** A coordinator that waits for its turn, or one behind a proxy that does not reach it. */
    STANDBY,
    /** A connection that broke, or that brought no answer in time. */
    LOST,
    /** No secure connection. */
    TLS,
    /** Something else than a coordinator. */
    FOREIGN;

    boolean mayPass() {
      return switch (this) {
        case STANDBY, LOST -> true;
        case NOT_THERE, TLS, FOREIGN -> false;
      };
    }
  }

  public static Attempt of(URI address, IOException failure, Trust trust) {
    return switch (failure) {
      case HttpConnectTimeoutException _ ->
          new Attempt(
              address,
              Kind.NOT_THERE,
              "no %s in time; is the address right, or a firewall between?"
                  .formatted(
                      address.getScheme().equals("https") ? "secure connection" : "connection"));
      case ConnectException refused -> new Attempt(address, Kind.NOT_THERE, words(refused));
      case SSLException insecure ->
          new Attempt(address, Kind.TLS, trust.words(insecure, address.getHost()));
      default ->
          new Attempt(
              address,
              Kind.LOST,
              "the connection broke (%s)"
                  .formatted(
                      Optional.ofNullable(failure.getMessage())
                          .orElse(failure.getClass().getSimpleName())));
    };
  }

  /** The JDK's client leaves the message out of some of these. */
  private static String words(ConnectException refused) {
    if (refused.getCause() instanceof UnresolvedAddressException) {
      return "no host of this name is known";
    }
    String message = refused.getMessage();
    return message == null || message.isBlank() ? "connection refused" : message;
  }
}
