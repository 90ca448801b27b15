package dev.stockpot.protocol.wire;

import dev.stockpot.protocol.WireMessage;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The wire format of an actor system that lives as long as a test class. */
final class Wire implements AfterAllCallback {
  private final ActorTestKit testKit = ActorTestKit.create("wire");
  private final ActorRefResolver resolver = ActorRefResolver.get(testKit.system());
  private final ActorRef<?> actor = testKit.spawn(Behaviors.empty(), "actor");
  private final WireFormat format = new WireFormat(() -> resolver);

  WireFormat format() {
    return format;
  }

  ActorTestKit testKit() {
    return testKit;
  }

  /** The actor of this path, alive or not. */
  <T> ActorRef<T> actor(String path) {
    return resolver.resolveActorRef("pekko://wire" + path);
  }

  Samples samples(RandomGenerator random) {
    return new Samples(random, actor);
  }

  byte[] bytes(WireMessage message) {
    return format.encode(message);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    testKit.shutdownTestKit();
  }
}
