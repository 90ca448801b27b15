package dev.stockpot.worker.nvml;

import dev.stockpot.protocol.DeviceSample;
import dev.stockpot.worker.nvml.NvmlDevice.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/**
 * NVIDIA's management library, initialised until it is closed. Any thread may ask. An answer takes
 * from microseconds to many milliseconds, and longer where a device is in trouble.
 */
public final class Nvml implements AutoCloseable {

  /** {@code NVML_SYSTEM_DRIVER_VERSION_BUFFER_SIZE}. */
  private static final int VERSION_TEXT = 80;

  private static final DeviceSample NOTHING_KNOWN =
      new DeviceSample(
          OptionalInt.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalInt.empty(),
          OptionalInt.empty());

  private final NvmlLibrary library;
  private final int count;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Nvml(NvmlLibrary library, int count) {
    this.library = library;
    this.count = count;
  }

  /** Loads and initialises the library. Where there is none, that costs a look at its places. */
  public static NvmlProbe open() {
    return NvmlLibrary.load()
        .map(Nvml::initialize)
        .orElseGet(() -> new NvmlProbe.Missing(NvmlLibrary.NAME + " is not found"));
  }

  private static NvmlProbe initialize(NvmlLibrary library) {
    int code = library.call("nvmlInit_v2");
    if (code != NvmlCode.SUCCESS) {
      return NvmlCode.refused(code, library.words(code));
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
      code = library.call("nvmlDeviceGetCount_v2", count);
      if (code != NvmlCode.SUCCESS) {
        library.call("nvmlShutdown");
        return NvmlCode.refused(code, library.words(code));
      }
      return new NvmlProbe.Available(new Nvml(library, count.get(ValueLayout.JAVA_INT, 0)));
    }
  }

  /** The driver's version, for example {@code 580.65.06}. */
  public Optional<String> driverVersion() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment version = arena.allocate(VERSION_TEXT + 1);
      return library.call("nvmlSystemGetDriverVersion", version, VERSION_TEXT) == NvmlCode.SUCCESS
          ? Optional.of(version.getString(0))
          : Optional.empty();
    }
  }

  /** All devices of the driver that this process may see, in NVML's order. */
  public List<NvmlGpu> gpus() {
    return IntStream.range(0, count).mapToObj(this::gpu).toList();
  }

  private NvmlGpu gpu(int index) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(ValueLayout.ADDRESS);
      int code = library.call("nvmlDeviceGetHandleByIndex_v2", index, handle);
      if (code != NvmlCode.SUCCESS) {
        return NvmlGpu.inTrouble(index, NvmlCode.trouble(code, library.words(code)));
      }
      NvmlDevice device = new NvmlDevice(library, arena, handle.get(ValueLayout.ADDRESS, 0));
      return new NvmlGpu(
          index,
          device.name(),
          device.uuid(),
          device.pciId(),
          bytes(device.memory().map(Memory::total)),
          device.mig(),
          device.capability(),
          device.link(),
          Optional.empty());
    }
  }

  /** What a device does now; nothing is known of one that is lost. */
  public DeviceSample sample(NvmlGpu gpu) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(ValueLayout.ADDRESS);
      if (library.call("nvmlDeviceGetHandleByIndex_v2", gpu.index(), handle) != NvmlCode.SUCCESS) {
        return NOTHING_KNOWN;
      }
      NvmlDevice device = new NvmlDevice(library, arena, handle.get(ValueLayout.ADDRESS, 0));
      Optional<Memory> memory = device.memory();
      return new DeviceSample(
          device.busy(),
          bytes(memory.map(Memory::used)),
          bytes(memory.map(Memory::total)),
          device.celsius(),
          device.milliwatts());
    }
  }

  private static OptionalLong bytes(Optional<Long> bytes) {
    return bytes.map(OptionalLong::of).orElse(OptionalLong.empty());
  }

  /** Gives the library up; whoever asks later gets no answers. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      library.call("nvmlShutdown");
    }
  }

  /** Whether NVML can be asked. */
  public sealed interface NvmlProbe {

    /** Open; whoever asked closes it. */
    record Available(Nvml nvml) implements NvmlProbe {}

    /** There is no such library, as on any machine without an NVIDIA GPU. */
    record Missing(String why) implements NvmlProbe {}

    /** There is one, and it does not work. */
    record Refused(String why, String cure) implements NvmlProbe {}
  }
}
