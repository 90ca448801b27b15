package dev.stockpot.worker.storage;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** The beginning of an answer that says what is wrong; of what follows it wants nothing. */
final class ErrorText implements BodySubscriber<String> {

  private static final int LONGEST = 1024;

  private final CompletableFuture<String> text = new CompletableFuture<>();
  private final ByteBuffer begun = ByteBuffer.allocate(LONGEST);
  private Flow.@Nullable Subscription subscription;

  @Override
  public CompletionStage<String> getBody() {
    return text;
  }

  @Override
  public void onSubscribe(Flow.Subscription to) {
    subscription = to;
    to.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      int count = Math.min(buffer.remaining(), begun.remaining());
      begun.put(buffer.slice(buffer.position(), count));
    }
    if (!begun.hasRemaining() && subscription != null) {
      subscription.cancel();
      onComplete();
    }
  }

  @Override
  public void onError(Throwable error) {
    text.completeExceptionally(error);
  }

  @Override
  public void onComplete() {
    text.complete(StandardCharsets.UTF_8.decode(begun.duplicate().flip()).toString().strip());
  }
}
