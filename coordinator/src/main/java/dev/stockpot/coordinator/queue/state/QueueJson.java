package dev.stockpot.coordinator.queue.state;

import dev.stockpot.coordinator.journal.JsonEvents;
import java.io.NotSerializableException;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@link QueueRecord}s as JSON with a version in the manifest. A later release reads every version
 * that was ever written: a changed record gets a new manifest, and the old one stays here.
 */
public final class QueueJson extends SerializerWithStringManifest implements JsonEvents {

  private static final int IDENTIFIER = 7_302;
  private static final String SUBMITTED = "submitted/1";
  private static final String STARTED = "started/1";
  private static final String PLAN_FINISHED = "plan-finished/1";
  private static final String CANCEL_REQUESTED = "cancel-requested/1";
  private static final String ENDED = "ended/1";
  private static final String RETRIED = "retried/1";
  private static final String DELETED = "deleted/1";
  private static final String NOTED = "noted/1";
  private static final String WORKER_DRAINED = "worker-drained/1";
  private static final String WORKER_RESUMED = "worker-resumed/1";
  private static final String SNAPSHOT_1 = "queue/1";
  private static final String SNAPSHOT = "queue/2";

  private static final JsonMapper JSON = JsonMapper.shared();

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object object) {
    return switch ((QueueRecord) object) {
      case QueueEvent.Submitted _ -> SUBMITTED;
      case QueueEvent.Started _ -> STARTED;
      case QueueEvent.PlanFinished _ -> PLAN_FINISHED;
      case QueueEvent.CancelRequested _ -> CANCEL_REQUESTED;
      case QueueEvent.Ended _ -> ENDED;
      case QueueEvent.Retried _ -> RETRIED;
      case QueueEvent.Deleted _ -> DELETED;
      case QueueEvent.Noted _ -> NOTED;
      case QueueEvent.WorkerDrained _ -> WORKER_DRAINED;
      case QueueEvent.WorkerResumed _ -> WORKER_RESUMED;
      case QueueSnapshot _ -> SNAPSHOT;
    };
  }

  @Override
  public byte[] toBinary(Object object) {
    return JSON.writeValueAsBytes(object);
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    if (manifest.equals(SNAPSHOT_1)) {
      return JSON.readValue(bytes, QueueSnapshot.First.class).snapshot();
    }
    Class<? extends QueueRecord> type =
        switch (manifest) {
          case SUBMITTED -> QueueEvent.Submitted.class;
          case STARTED -> QueueEvent.Started.class;
          case PLAN_FINISHED -> QueueEvent.PlanFinished.class;
          case CANCEL_REQUESTED -> QueueEvent.CancelRequested.class;
          case ENDED -> QueueEvent.Ended.class;
          case RETRIED -> QueueEvent.Retried.class;
          case DELETED -> QueueEvent.Deleted.class;
          case NOTED -> QueueEvent.Noted.class;
          case WORKER_DRAINED -> QueueEvent.WorkerDrained.class;
          case WORKER_RESUMED -> QueueEvent.WorkerResumed.class;
          case SNAPSHOT -> QueueSnapshot.class;
          default ->
              throw new NotSerializableException(
                  "the queue's journal holds '"
                      + manifest
                      + "' of a later release of Stockpot; run that release");
        };
    return JSON.readValue(bytes, type);
  }
}
