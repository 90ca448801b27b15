package dev.stockpot.worker.nvml;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/** The structs of {@code nvml.h} that its functions fill. */
final class NvmlStructs {

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

  private NvmlStructs() {}

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
