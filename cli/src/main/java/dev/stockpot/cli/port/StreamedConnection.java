package dev.stockpot.cli.port;

import java.lang.reflect.Field;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.apache.pekko.actor.ActorCell;
import org.apache.pekko.actor.ActorContext;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.stream.impl.BatchingInputBuffer;
import org.apache.pekko.stream.impl.FanIn;
import org.apache.pekko.stream.impl.fusing.ActorGraphInterpreter.ActorOutputBoundary;
import org.apache.pekko.stream.impl.io.TLSActor;
import org.apache.pekko.stream.impl.io.TcpConnectionStage.TcpStreamLogic;
import org.apache.pekko.stream.stage.GraphStageLogic;
import scala.collection.immutable.List;

/**
 * A connection as Pekko runs it: an actor for TLS, and beneath it a stream that reads and writes
 * the socket. Who makes engines is told of neither, so this looks behind the curtain of Pekko 1.7:
 * at the actor that is being made on this thread, and from there at the socket's address.
 *
 * @param cell of the actor that uses the engine
 */
record StreamedConnection(ActorCell cell) {

  private static final int FROM_SOCKET = 0;

  /** That of the actor that is being made on this thread. */
  static StreamedConnection current() {
    List<ActorContext> making = ActorCell.contextStack().get();
    for (int i = 0; i < making.length(); i++) {
      // An actor that has taken its context leaves a null in front of it.
      if (making.apply(i) instanceof ActorCell cell) {
        return new StreamedConnection(cell);
      }
    }
    throw new IllegalStateException("no actor is being made on this thread");
  }

  /** The address of the other end, without the port; empty if it cannot be found any more. */
  Optional<String> peer() {
    try {
      if (cell.actor() instanceof TLSActor tls) {
        BatchingInputBuffer bytes =
            tls.inputBunch().org$apache$pekko$stream$impl$FanIn$InputBunch$$inputs()[FROM_SOCKET];
        Object upstream = field(BatchingInputBuffer.class, "upstream", bytes);
        Object socket = field(upstream.getClass(), "$outer", upstream);
        for (GraphStageLogic logic : ((ActorOutputBoundary) socket).shell().logics()) {
          if (logic instanceof TcpStreamLogic stream) {
            return Optional.of(address(stream).getAddress().getHostAddress());
          }
        }
      }
      return Optional.empty();
    } catch (ReflectiveOperationException | RuntimeException _) {
      return Optional.empty();
    }
  }

  private static InetSocketAddress address(TcpStreamLogic stream) {
    return stream.org$apache$pekko$stream$impl$io$TcpConnectionStage$TcpStreamLogic$$remoteAddress;
  }

  private static Object field(Class<?> type, String name, Object of)
      throws ReflectiveOperationException {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field.get(of);
  }

  /** Closes the connection at once. */
  void abort(String why) {
    cell.self()
        .tell(new FanIn.OnError(FROM_SOCKET, new IllegalStateException(why)), ActorRef.noSender());
  }
}
