package dev.stockpot.coordinator.http.port;

import java.time.Duration;
import java.util.OptionalLong;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.BidiShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * Ends a connection whose client does not get a request's head done in time, however busily it
 * sends: an idle timeout alone lets a client hold a connection for ever with a byte now and then.
 * One of these runs per connection, from its acceptance, so the time covers the TLS handshake too.
 * Ends it also when the server closes, after the answer to a request that is under way.
 */
public final class ConnectionEnd
    extends GraphStage<BidiShape<HttpRequest, HttpRequest, HttpResponse, HttpResponse>> {

  private final Inlet<HttpRequest> requestIn = Inlet.create("ConnectionEnd.requestIn");
  private final Outlet<HttpRequest> requestOut = Outlet.create("ConnectionEnd.requestOut");
  private final Inlet<HttpResponse> responseIn = Inlet.create("ConnectionEnd.responseIn");
  private final Outlet<HttpResponse> responseOut = Outlet.create("ConnectionEnd.responseOut");
  private final BidiShape<HttpRequest, HttpRequest, HttpResponse, HttpResponse> shape =
      BidiShape.of(requestIn, requestOut, responseIn, responseOut);
  private final OpenConnections connections;
  private final Cut cut;
  private final Duration first;
  private final Duration next;

  /** Ends the connection beneath the stage. */
  public interface Cut {

    /** At once: nothing was ever asked, so nothing is on its way to the client. */
    void now();

    /** When what was said has had time to get to the client. */
    void later();
  }

  /**
   * The stage of one connection.
   *
   * @param connections where it is listed
   * @param cut is told once, when the connection has nothing more to say
   * @param first from the acceptance of a connection to the end of its first request's head
   * @param next from the end of a response to the end of the next request's head
   */
  public ConnectionEnd(OpenConnections connections, Cut cut, Duration first, Duration next) {
    this.connections = connections;
    this.cut = cut;
    this.first = first;
    this.next = next;
  }

  @Override
  public BidiShape<HttpRequest, HttpRequest, HttpResponse, HttpResponse> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes inheritedAttributes) {
    return new Connection();
  }

  private final class Connection extends TimerGraphStageLogic {

    private static final String DEADLINE = "deadline";

    private final AsyncCallback<Done> responded = createAsyncCallback(_ -> onResponded());
    private final AsyncCallback<Done> closed = createAsyncCallback(_ -> onClosed());
    private final Runnable close = this::askToClose;
    private boolean requested;
    private boolean closing;
    private boolean spoke;
    private boolean late;

    Connection() {
      super(shape);
      setHandler(
          requestIn,
          new AbstractInHandler() {
            @Override
            public void onPush() {
              cancelTimer(DEADLINE);
              requested = true;
              spoke = true;
              push(requestOut, grab(requestIn));
            }

            @Override
            public void onUpstreamFinish() {
              complete(requestOut);
            }
          });
      setHandler(
          requestOut,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              pull(requestIn);
            }

            @Override
            public void onDownstreamFinish(Throwable cause) {
              cancel(requestIn, cause);
            }
          });
      setHandler(
          responseIn,
          new AbstractInHandler() {
            @Override
            public void onPush() {
              HttpResponse response = grab(responseIn);
              if (response.entity().isStrict()) {
                push(responseOut, response);
                onResponded();
              } else {
                push(responseOut, watched(response));
              }
            }

            @Override
            public void onUpstreamFinish() {
              complete(responseOut);
            }
          });
      setHandler(
          responseOut,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              pull(responseIn);
            }

            @Override
            public void onDownstreamFinish(Throwable cause) {
              cancel(responseIn, cause);
            }
          });
    }

    @Override
    public void preStart() {
      scheduleOnce(DEADLINE, first);
      connections.add(close);
    }

    @Override
    public void postStop() {
      connections.remove(close);
      // A head that is no HTTP is answered beneath this stage, so that a client who did not get as
      // far as a request may have an answer on its way; one who was too late has none.
      if (late && !spoke) {
        cut.now();
      } else {
        cut.later();
      }
    }

    /** What was pushed before the stage completes still reaches the client. */
    private void onResponded() {
      requested = false;
      if (closing) {
        completeStage();
      } else {
        scheduleOnce(DEADLINE, next);
      }
    }

    private void askToClose() {
      closed.invoke(Done.getInstance());
    }

    private void onClosed() {
      closing = true;
      if (!requested) {
        completeStage();
      }
    }

    private HttpResponse watched(HttpResponse response) {
      Flow<ByteString, ByteString, NotUsed> untilEnd =
          Flow.<ByteString>create()
              .watchTermination((unused, end) -> {
                end.whenComplete((_, _) -> responded.invoke(Done.getInstance()));
                return unused;
              });
      OptionalLong length = response.entity().getContentLengthOption();
      // Put together anew where the length is known, or it would no longer be.
      return response.withEntity(
          length.isPresent()
              ? HttpEntities.create(
                  response.entity().getContentType(),
                  length.getAsLong(),
                  response.entity().getDataBytes().via(untilEnd))
              : HttpEntities.create(
                  response.entity().getContentType(),
                  response.entity().getDataBytes().via(untilEnd)));
    }

    @Override
    public void onTimer(Object key) {
      late = true;
      completeStage();
    }
  }
}
