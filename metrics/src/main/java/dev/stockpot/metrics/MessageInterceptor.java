package dev.stockpot.metrics;

import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.BehaviorInterceptor;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.jspecify.annotations.Nullable;

/**
 * Measures how one actor goes about its messages, from one start to the next. Confined to the
 * actor.
 */
final class MessageInterceptor<T> extends BehaviorInterceptor<T, T> {

  private static final String PEKKO = "org.apache.pekko.";

  /** The one whose actor starts on this thread. */
  private static final ThreadLocal<@Nullable MessageInterceptor<?>> STARTING = new ThreadLocal<>();

  private final RoleFigures figures;
  private boolean stashes;
  private int messages;

  /** Messages that came and were not handled. */
  private long stashed;

  @SuppressWarnings("unchecked") // so that every message is intercepted
  MessageInterceptor(RoleFigures figures) {
    super((Class<T>) (Class<?>) Object.class);
    this.figures = figures;
  }

  /** What a persistent actor that starts on this thread runs as it handles a command. */
  static Runnable handling() {
    MessageInterceptor<?> starting = STARTING.get();
    if (starting == null) {
      return () -> {};
    }
    starting.stashes = true;
    return starting::handled;
  }

  @Override
  public Behavior<T> aroundStart(TypedActorContext<T> context, PreStartTarget<T> target) {
    MessageInterceptor<?> outer = STARTING.get();
    STARTING.set(this);
    try {
      return target.start(context);
    } catch (RuntimeException | Error e) {
      figures.failed();
      throw e;
    } finally {
      STARTING.set(outer);
    }
  }

  @Override
  public Behavior<T> aroundReceive(
      TypedActorContext<T> context, T message, ReceiveTarget<T> target) {
    // What Pekko's journal answers comes to the actor as well, and is no command.
    if (stashes && !message.getClass().getName().startsWith(PEKKO)) {
      stash(1);
    }
    long begun = messages++ % MeteredQueue.TIMED == 0 ? System.nanoTime() : 0;
    try {
      return target.apply(context, message);
    } catch (RuntimeException | Error e) {
      figures.failed();
      throw e;
    } finally {
      if (begun != 0) {
        figures.processed(System.nanoTime() - begun);
      }
    }
  }

  @Override
  public Behavior<T> aroundSignal(
      TypedActorContext<T> context, Signal signal, SignalTarget<T> target) {
    if (signal instanceof PreRestart) {
      figures.restarted();
    }
    if (signal instanceof PreRestart || signal instanceof PostStop) {
      stash(-stashed);
    }
    return target.apply(context, signal);
  }

  private void handled() {
    stash(-1);
  }

  private void stash(long more) {
    stashed += more;
    figures.stashed(more);
  }
}
