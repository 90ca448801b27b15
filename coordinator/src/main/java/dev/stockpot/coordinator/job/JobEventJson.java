package dev.stockpot.coordinator.job;

import dev.stockpot.coordinator.journal.JsonEvents;
import java.io.NotSerializableException;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@link JobEvent}s as JSON with a version in the manifest. A later release reads every version
 * that was ever written: a changed event gets a new manifest, and the old one stays here.
 */
public final class JobEventJson extends SerializerWithStringManifest implements JsonEvents {

  private static final int IDENTIFIER = 7_301;
  private static final String ACCEPTED = "job-accepted/1";
  private static final String TENSORS_RECORDED = "tensors-recorded/1";
  private static final String RECEIPTS_REVOKED = "receipts-revoked/1";

  private static final JsonMapper JSON = JsonMapper.shared();

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object event) {
    return switch ((JobEvent) event) {
      case JobEvent.Accepted _ -> ACCEPTED;
      case JobEvent.TensorsRecorded _ -> TENSORS_RECORDED;
      case JobEvent.ReceiptsRevoked _ -> RECEIPTS_REVOKED;
    };
  }

  @Override
  public byte[] toBinary(Object event) {
    return JSON.writeValueAsBytes(event);
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    Class<? extends JobEvent> type =
        switch (manifest) {
          case ACCEPTED -> JobEvent.Accepted.class;
          case TENSORS_RECORDED -> JobEvent.TensorsRecorded.class;
          case RECEIPTS_REVOKED -> JobEvent.ReceiptsRevoked.class;
          default ->
              throw new NotSerializableException(
                  "the journal holds an event '" + manifest + "' of a later release of Stockpot");
        };
    return JSON.readValue(bytes, type);
  }
}
