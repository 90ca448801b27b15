package dev.stockpot.browser;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * A page of another port of this machine, which a browser takes for the same site, so that it sends
 * the cookies along. It asks for an address by all means that pages have, and then counts them.
 */
final class HostilePage implements AutoCloseable {

  private static final String PAGE =
      """
      <!doctype html><meta charset="utf-8"><title>Kittens</title><p id="tried"></p>
      <iframe name="form"></iframe><form method="post" action="TARGET" target="form"></form>
      <script>
        let tried = 0;
        const done = () => (document.getElementById("tried").textContent = String(++tried));
        fetch("TARGET", { method: "POST", credentials: "include", mode: "no-cors" }).then(done, done);
        fetch("TARGET", { method: "POST", credentials: "include", headers: { "X-Stockpot": "1" } }).then(done, done);
        document.querySelector("iframe").addEventListener("load", done, { once: true });
        document.querySelector("form").submit();
      </script>
      """;

  private final HttpServer server;

  HostilePage(String target) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] page = PAGE.replace("TARGET", target).getBytes(StandardCharsets.UTF_8);
    server.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, page.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(page);
          }
        });
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
