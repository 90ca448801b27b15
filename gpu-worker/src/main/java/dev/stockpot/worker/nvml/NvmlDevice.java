package dev.stockpot.worker.nvml;

import dev.stockpot.worker.nvml.NvmlGpu.Capability;
import dev.stockpot.worker.nvml.NvmlGpu.PcieLink;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Questions about one device. Each has an answer or none by itself: consumer cards know no MIG,
 * some boards no power, virtual GPUs no temperature.
 *
 * @param arena of one round of questions, for the answers
 * @param handle NVML's
 */
record NvmlDevice(NvmlLibrary library, Arena arena, MemorySegment handle) {

  /** Enough for each of NVML's texts, of at most 96 bytes, and the zero behind it. */
  private static final int TEXT = 128;

  /** {@code NVML_TEMPERATURE_GPU}. */
  private static final int SENSOR_OF_GPU = 0;

  /** {@code nvmlPciInfo_t}, as {@code nvmlDeviceGetPciInfo_v3} fills it. */
  static final StructLayout PCI =
      MemoryLayout.structLayout(
          text("busIdLegacy", 16),
          ValueLayout.JAVA_INT.withName("domain"),
          ValueLayout.JAVA_INT.withName("bus"),
          ValueLayout.JAVA_INT.withName("device"),
          ValueLayout.JAVA_INT.withName("pciDeviceId"),
          ValueLayout.JAVA_INT.withName("pciSubSystemId"),
          text("busId", 32));

  /** {@code nvmlMemory_v2_t}. */
  static final StructLayout MEMORY =
      MemoryLayout.structLayout(
          ValueLayout.JAVA_INT.withName("version"),
          MemoryLayout.paddingLayout(4),
          ValueLayout.JAVA_LONG.withName("total"),
          ValueLayout.JAVA_LONG.withName("reserved"),
          ValueLayout.JAVA_LONG.withName("free"),
          ValueLayout.JAVA_LONG.withName("used"));

  /** What stands in its {@code version}: the struct's size, and its version in the top byte. */
  static final int MEMORY_VERSION = (int) MEMORY.byteSize() | 2 << 24;

  /** {@code nvmlUtilization_t}. */
  static final StructLayout UTILIZATION =
      MemoryLayout.structLayout(
          ValueLayout.JAVA_INT.withName("gpu"), ValueLayout.JAVA_INT.withName("memory"));

  /** Bytes. */
  record Memory(long total, long used) {}

  Optional<String> name() {
    return text("nvmlDeviceGetName");
  }

  Optional<String> uuid() {
    return text("nvmlDeviceGetUUID");
  }

  Optional<String> pciId() {
    return ask("nvmlDeviceGetPciInfo_v3", arena.allocate(PCI))
        .map(pci -> pci.getString(offset(PCI, "busId")));
  }

  Optional<Memory> memory() {
    MemorySegment memory = arena.allocate(MEMORY);
    memory.set(ValueLayout.JAVA_INT, 0, MEMORY_VERSION);
    return ask("nvmlDeviceGetMemoryInfo_v2", memory)
        .map(told -> new Memory(longOf(told, MEMORY, "total"), longOf(told, MEMORY, "used")));
  }

  /** Percent of the last moments (at most a second) in which a kernel ran. */
  OptionalInt busy() {
    return number(
        ask("nvmlDeviceGetUtilizationRates", arena.allocate(UTILIZATION))
            .map(use -> intOf(use, UTILIZATION, "gpu")));
  }

  OptionalInt celsius() {
    MemorySegment celsius = arena.allocate(ValueLayout.JAVA_INT);
    int code = library.call("nvmlDeviceGetTemperature", handle, SENSOR_OF_GPU, celsius);
    return code == NvmlCode.SUCCESS
        ? OptionalInt.of(celsius.get(ValueLayout.JAVA_INT, 0))
        : OptionalInt.empty();
  }

  OptionalInt milliwatts() {
    return number(number("nvmlDeviceGetPowerUsage"));
  }

  Optional<Boolean> mig() {
    return pair("nvmlDeviceGetMigMode").map(currentAndPending -> currentAndPending[0] == 1);
  }

  Optional<Capability> capability() {
    return pair("nvmlDeviceGetCudaComputeCapability")
        .map(version -> new Capability(version[0], version[1]));
  }

  Optional<PcieLink> link() {
    return number("nvmlDeviceGetMaxPcieLinkGeneration")
        .flatMap(generation ->
            number("nvmlDeviceGetMaxPcieLinkWidth").map(lanes -> new PcieLink(generation, lanes)));
  }

  private Optional<MemorySegment> ask(String function, MemorySegment answer) {
    return library.call(function, handle, answer) == NvmlCode.SUCCESS
        ? Optional.of(answer)
        : Optional.empty();
  }

  private Optional<Integer> number(String function) {
    return ask(function, arena.allocate(ValueLayout.JAVA_INT))
        .map(number -> number.get(ValueLayout.JAVA_INT, 0));
  }

  private static OptionalInt number(Optional<Integer> number) {
    return number.map(OptionalInt::of).orElse(OptionalInt.empty());
  }

  private Optional<int[]> pair(String function) {
    MemorySegment pair = arena.allocate(ValueLayout.JAVA_INT, 2);
    int code = library.call(function, handle, pair, pair.asSlice(Integer.BYTES));
    return code == NvmlCode.SUCCESS
        ? Optional.of(pair.toArray(ValueLayout.JAVA_INT))
        : Optional.empty();
  }

  private Optional<String> text(String function) {
    MemorySegment text = arena.allocate(TEXT);
    return library.call(function, handle, text, TEXT - 1) == NvmlCode.SUCCESS
        ? Optional.of(text.getString(0)).filter(told -> !told.isBlank())
        : Optional.empty();
  }

  private static MemoryLayout text(String name, long bytes) {
    return MemoryLayout.sequenceLayout(bytes, ValueLayout.JAVA_BYTE).withName(name);
  }

  static long offset(StructLayout struct, String field) {
    return struct.byteOffset(PathElement.groupElement(field));
  }

  static int intOf(MemorySegment struct, StructLayout layout, String field) {
    return struct.get(ValueLayout.JAVA_INT, offset(layout, field));
  }

  static long longOf(MemorySegment struct, StructLayout layout, String field) {
    return struct.get(ValueLayout.JAVA_LONG, offset(layout, field));
  }
}
