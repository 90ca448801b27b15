package dev.stockpot.protocol.wire;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.InputRef;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.SoupSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.plan.NonFinitePolicy;
import dev.stockpot.protocol.Device;
import dev.stockpot.protocol.DeviceRates;
import dev.stockpot.protocol.DeviceSample;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.RemoteAccess;
import dev.stockpot.protocol.StorageUse;
import dev.stockpot.protocol.WireMessage;
import dev.stockpot.protocol.WorkerCommand;
import dev.stockpot.protocol.WorkerEvent;
import dev.stockpot.protocol.WorkerId;
import dev.stockpot.protocol.WorkerState;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Every class that may cross a node, with its id. An id or a manifest, once released, stays what it
 * is and is never given to another class.
 *
 * <ul>
 *   <li>A record may get new components <em>at its end</em>: name here what they are where the
 *       sender does not know them, as in {@code record(27, Receipt.class, 0L)}.
 *   <li>An enum's constants are sent as their place in the list here: add new ones at its end.
 *   <li>For every other change the message gets a new number in its manifest; nodes of different
 *       numbers refuse each other's messages.
 * </ul>
 */
final class WireTypes {

  static final List<Message<?>> MESSAGES =
      List.of(
          message(10, "merge-tensors/1", WorkerCommand.MergeTensors.class),
          message(11, "acknowledge-receipts/1", WorkerCommand.AcknowledgeReceipts.class),
          message(12, "close-lease/1", WorkerCommand.CloseLease.class),
          message(
              13,
              "worker-reported/1",
              WorkerEvent.WorkerReported.class,
              Optional.empty(),
              Optional.empty()),
          message(14, "tensors-merged/1", WorkerEvent.TensorsMerged.class),
          message(15, "tensor-failed/1", WorkerEvent.TensorFailed.class));

  static final List<Part<?>> PARTS =
      List.of(
          record(20, LeaseId.class),
          record(21, WorkerId.class),
          record(22, Device.class, DeviceRates.UNMEASURED),
          record(23, RemoteAccess.class),
          record(24, StorageUse.class),
          record(25, TensorTask.class),
          record(26, TensorTask.SourceRange.class),
          record(27, Receipt.class),
          record(28, Receipt.StageNanos.class),
          record(29, Failure.class),
          record(30, MergeSpec.class, false),
          record(31, InputRef.class),
          record(32, IntegerWeights.class),
          record(33, SoupSpec.class),
          record(34, Receipt.Output.class),
          record(35, DeviceRates.class, 0L),
          record(36, DeviceSample.class));

  static final List<Choice<?>> CHOICES =
      List.of(
          choice(
              60,
              WorkerState.class,
              List.of(WorkerState.WORKING, WorkerState.DRAINING, WorkerState.OUT)),
          choice(
              61, StorageUse.Way.class, List.of(StorageUse.Way.DIRECT, StorageUse.Way.COORDINATOR)),
          choice(
              62,
              TensorTask.Operation.class,
              List.of(TensorTask.Operation.MERGE, TensorTask.Operation.COPY)),
          choice(63, NonFinitePolicy.class, List.of(NonFinitePolicy.FAIL, NonFinitePolicy.WARN)),
          choice(
              64,
              Failure.Kind.class,
              List.of(
                  Failure.Kind.USER_INPUT,
                  Failure.Kind.ENVIRONMENT,
                  Failure.Kind.OUT_OF_DISK,
                  Failure.Kind.TRANSIENT,
                  Failure.Kind.OUT_OF_DEVICE_MEMORY,
                  Failure.Kind.BUG)),
          choice(
              65,
              Dtype.class,
              List.of(
                  Dtype.BOOL,
                  Dtype.F4,
                  Dtype.F6_E2M3,
                  Dtype.F6_E3M2,
                  Dtype.U8,
                  Dtype.I8,
                  Dtype.F8_E5M2,
                  Dtype.F8_E4M3,
                  Dtype.F8_E8M0,
                  Dtype.F8_E4M3FNUZ,
                  Dtype.F8_E5M2FNUZ,
                  Dtype.I16,
                  Dtype.U16,
                  Dtype.F16,
                  Dtype.BF16,
                  Dtype.I32,
                  Dtype.U32,
                  Dtype.F32,
                  Dtype.C64,
                  Dtype.F64,
                  Dtype.I64,
                  Dtype.U64)));

  static final List<Type<?>> ALL =
      Stream.of(MESSAGES, PARTS, CHOICES).<Type<?>>flatMap(List::stream).toList();

  private WireTypes() {}

  /** A class with an id. */
  sealed interface Type<T> {
    int id();

    Class<T> type();
  }

  /** Types that are records. */
  sealed interface RecordType<R extends Record> extends Type<R> {

    /** What the last components are where the sender does not know them. */
    List<Object> defaults();
  }

  /**
   * A whole message.
   *
   * @param manifest names it across releases: its kind, a slash, and a number that grows with
   *     changes that an older node would misread
   */
  record Message<R extends Record>(int id, String manifest, Class<R> type, List<Object> defaults)
      implements RecordType<R> {}

  /** A record within a message. */
  record Part<R extends Record>(int id, Class<R> type, List<Object> defaults)
      implements RecordType<R> {}

  /**
   * An enum.
   *
   * @param constants each one's place is what is sent for it
   */
  record Choice<E extends Enum<E>>(int id, Class<E> type, List<E> constants) implements Type<E> {}

  private static <R extends Record & WireMessage> Message<R> message(
      int id, String manifest, Class<R> type, Object... defaults) {
    return new Message<>(id, manifest, type, List.of(defaults));
  }

  private static <R extends Record> Part<R> record(int id, Class<R> type, Object... defaults) {
    return new Part<>(id, type, List.of(defaults));
  }

  private static <E extends Enum<E>> Choice<E> choice(int id, Class<E> type, List<E> constants) {
    return new Choice<>(id, type, constants);
  }
}
