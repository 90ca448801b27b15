package dev.stockpot.worker.cuda;

import static java.util.stream.Collectors.toSet;

import dev.stockpot.merge.InputRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Sources of tasks that stay in device memory, because the same ones come again. First come stays:
 * only what belongs to checkpoints in other directories makes room for those that a job uses now.
 * For the device's thread.
 */
final class ResidentSources implements AutoCloseable {

  /** A range of an input, which is the file that was planned with, not just its path. */
  record Key(InputRef input, long offset, long length) {}

  /**
   * A source that a task may use until it gives it back.
   *
   * @param crc of its bytes; empty if they are not there yet, and the task is to bring them
   */
  record Held(Key key, long address, OptionalInt crc) {}

  private static final class Entry {
    private final long address;
    private OptionalInt crc = OptionalInt.empty();
    private int users = 1;

    Entry(long address) {
      this.address = address;
    }
  }

  private final DeviceBlocks memory;
  private final Map<Key, Entry> entries = new HashMap<>();
  private Set<String> evictedFor = Set.of();

  /**
   * Nothing yet.
   *
   * @param memory owned from now on
   */
  ResidentSources(DeviceBlocks memory) {
    this.memory = memory;
  }

  /**
   * The sources of a task as far as they are here or there is room for them, each to be given back.
   */
  List<Optional<Held>> hold(List<Key> keys) {
    // A task has a range of every model, so these are the directories of all that its job uses.
    Set<String> wanted = keys.stream().map(ResidentSources::directory).collect(toSet());
    return keys.stream().map(key -> hold(key, wanted)).toList();
  }

  private static String directory(Key key) {
    String path = key.input().path();
    return path.substring(0, path.lastIndexOf('/') + 1);
  }

  private Optional<Held> hold(Key key, Set<String> wanted) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return take(key, wanted)
          .map(address -> {
            entries.put(key, new Entry(address));
            return new Held(key, address, OptionalInt.empty());
          });
    }
    if (entry.crc.isEmpty()) {
      // Another task is bringing it; this one reads its own.
      return Optional.empty();
    }
    entry.users++;
    return Optional.of(new Held(key, entry.address, entry.crc));
  }

  private Optional<Long> take(Key key, Set<String> wanted) {
    return memory
        .take(key.length())
        .or(() -> {
          evict(wanted);
          return memory.take(key.length());
        });
  }

  /** Others are in need of its room. */
  private boolean isEvicted(Key key) {
    return !evictedFor.isEmpty() && !evictedFor.contains(directory(key));
  }

  /**
   * Looks through everything once for a job, not for every task that finds no room. What is still
   * in use goes when it is given back: it keeps a whole block of memory from those who wait for it.
   */
  private void evict(Set<String> wanted) {
    if (wanted.equals(evictedFor)) {
      return;
    }
    evictedFor = wanted;
    entries
        .entrySet()
        .removeIf(each -> {
          boolean goes = each.getValue().users == 0 && isEvicted(each.getKey());
          if (goes) {
            memory.giveBack(each.getValue().address);
          }
          return goes;
        });
  }

  /**
   * A task needs a source no more.
   *
   * @param crc of the bytes, if the task has brought all of them; one that it should have brought
   *     and has not is forgotten
   */
  void giveBack(Held held, OptionalInt crc) {
    Entry entry = entries.get(held.key());
    if (entry == null) {
      return;
    }
    entry.users--;
    boolean missing = held.crc().isEmpty() && crc.isEmpty();
    if (held.crc().isEmpty()) {
      entry.crc = crc;
    }
    if (missing || (entry.users == 0 && isEvicted(held.key()))) {
      entries.remove(held.key());
      memory.giveBack(entry.address);
    }
  }

  @Override
  public void close() {
    entries.clear();
    memory.close();
  }
}
