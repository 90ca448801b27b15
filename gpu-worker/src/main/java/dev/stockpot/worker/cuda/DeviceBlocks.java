package dev.stockpot.worker.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Ranges of device memory, cut from blocks: the driver takes a tenth of a millisecond and more for
 * each allocation and for giving one back, in which copies may have to wait, and rounds it to 2
 * MiB. A block goes back to the driver with the last of its ranges. For the device's thread.
 */
final class DeviceBlocks implements AutoCloseable {

  private static final long BLOCK_BYTES = 256L << 20;

  /** Of the budget, in small ones: one range may keep a whole block. */
  private static final int LEAST_BLOCKS = 64;

  private static final class Block {
    private final long address;
    private final long bytes;
    private long used;
    private int ranges;

    Block(long address, long bytes) {
      this.address = address;
      this.bytes = bytes;
    }

    boolean has(long room) {
      return bytes - used >= room;
    }
  }

  private final CudaContext context;
  private final long budget;
  private final List<Block> blocks = new ArrayList<>();
  private final Map<Long, Block> owners = new HashMap<>();
  private long taken;

  /**
   * Nothing yet.
   *
   * @param budget bytes that may be taken
   */
  DeviceBlocks(CudaContext context, long budget) {
    this.context = context;
    this.budget = budget;
  }

  /** The address of so many bytes, aligned as a slot's parts are; empty if there is no room. */
  Optional<Long> take(long bytes) {
    long room = SlotTask.aligned(Math.max(1, bytes));
    return blocks.stream()
        .filter(block -> block.has(room))
        .findFirst()
        .or(() -> newBlock(room))
        .map(block -> cut(block, room));
  }

  private long cut(Block block, long room) {
    long address = block.address + block.used;
    block.used += room;
    block.ranges++;
    owners.put(address, block);
    return address;
  }

  private Optional<Block> newBlock(long room) {
    long whole = Math.max(room, Math.min(BLOCK_BYTES, SlotTask.aligned(budget / LEAST_BLOCKS)));
    long bytes = Math.min(whole, budget - taken);
    if (bytes < room) {
      return Optional.empty();
    }
    try {
      Block block = new Block(context.allocate(bytes), bytes);
      taken += bytes;
      blocks.add(block);
      return Optional.of(block);
    } catch (CudaFault e) {
      if (!e.isOutOfMemory()) {
        throw e;
      }
      // The memory has become somebody else's.
      return Optional.empty();
    }
  }

  void giveBack(long address) {
    Block block = owners.remove(address);
    if (block == null) {
      throw new IllegalArgumentException("no range begins at " + address);
    }
    block.ranges--;
    if (block.ranges == 0) {
      blocks.remove(block);
      taken -= block.bytes;
      context.free(block.address);
    }
  }

  @Override
  public void close() {
    blocks.forEach(block -> context.free(block.address));
    blocks.clear();
    owners.clear();
  }
}
