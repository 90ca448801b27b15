package dev.stockpot.coordinator.merge;

import dev.stockpot.coordinator.journal.JsonEvents;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.Receipt.StageNanos;
import java.io.NotSerializableException;
import java.util.List;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@link MergeEvent}s as JSON with a version in the manifest. A later release reads every version
 * that was ever written: a changed event gets a new manifest, and the old one stays here.
 */
public final class MergeEventJson extends SerializerWithStringManifest implements JsonEvents {

  private static final int IDENTIFIER = 7_301;
  private static final String ACCEPTED = "job-accepted/1";
  private static final String TENSORS_RECORDED = "tensors-recorded/2";
  private static final String TENSORS_RECORDED_1 = "tensors-recorded/1";
  private static final String RECEIPTS_REVOKED = "receipts-revoked/1";

  private static final JsonMapper JSON = JsonMapper.shared();

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object event) {
    return switch ((MergeEvent) event) {
      case MergeEvent.Accepted _ -> ACCEPTED;
      case MergeEvent.TensorsRecorded _ -> TENSORS_RECORDED;
      case MergeEvent.ReceiptsRevoked _ -> RECEIPTS_REVOKED;
    };
  }

  @Override
  public byte[] toBinary(Object event) {
    return JSON.writeValueAsBytes(event);
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    return switch (manifest) {
      case ACCEPTED -> JSON.readValue(bytes, MergeEvent.Accepted.class);
      case TENSORS_RECORDED -> JSON.readValue(bytes, MergeEvent.TensorsRecorded.class);
      case TENSORS_RECORDED_1 -> JSON.readValue(bytes, TensorsRecorded1.class).event();
      case RECEIPTS_REVOKED -> JSON.readValue(bytes, MergeEvent.ReceiptsRevoked.class);
      default ->
          throw new NotSerializableException(
              "the journal holds an event '" + manifest + "' of a later release of Stockpot");
    };
  }

  /** Before a job could make several soups. */
  private record TensorsRecorded1(List<Receipt1> receipts) {

    private record Receipt1(
        int task,
        int outputCrc,
        List<Integer> sourceCrcs,
        long nan,
        long infinity,
        StageNanos times) {}

    MergeEvent event() {
      return new MergeEvent.TensorsRecorded(
          receipts.stream()
              .map(old ->
                  new Receipt(
                      old.task(),
                      List.of(new Receipt.Output(old.outputCrc(), old.nan(), old.infinity())),
                      old.sourceCrcs(),
                      old.times()))
              .toList());
    }
  }
}
