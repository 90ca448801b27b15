package dev.stockpot.worker.nvml;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The loaded library. Nearly all of its functions take numbers and addresses and answer with a
 * number of {@link NvmlCode}, so one method calls them all. Any thread may.
 */
final class NvmlLibrary {

  private static final String PROPERTY = "stockpot.nvml.library";

  /**
   * What every NVIDIA driver brings; the name without a version comes with developers' packages.
   */
  static final String NAME = "libnvidia-ml.so.1";

  /** Longer than any of the texts for its numbers. */
  private static final long MAX_WORDS = 256;

  private final SymbolLookup symbols;
  private final Map<FunctionDescriptor, MethodHandle> shapes = new ConcurrentHashMap<>();

  private NvmlLibrary(SymbolLookup symbols) {
    this.symbols = symbols;
  }

  /** Empty where there is none. What was loaded stays loaded until the process ends. */
  @SuppressWarnings("restricted") // The launcher enables native access.
  static Optional<NvmlLibrary> load() {
    try {
      return Optional.of(
          new NvmlLibrary(
              SymbolLookup.libraryLookup(System.getProperty(PROPERTY, NAME), Arena.global())));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /**
   * Calls a function; {@link NvmlCode#FUNCTION_NOT_FOUND} where this library has none of the name,
   * which an older driver's may not.
   *
   * @param arguments each an {@code Integer} or a {@code MemorySegment}
   */
  int call(String function, Object... arguments) {
    return symbols
        .find(function)
        .map(address -> (int) call(address, ValueLayout.JAVA_INT, arguments))
        .orElse(NvmlCode.FUNCTION_NOT_FOUND);
  }

  /** NVML's own words for one of its numbers. */
  @SuppressWarnings("restricted") // The texts are the library's constants, and end with a zero.
  String words(int code) {
    return symbols
        .find("nvmlErrorString")
        .map(address -> (MemorySegment) call(address, ValueLayout.ADDRESS, code))
        .filter(text -> text.address() != 0)
        .map(text -> text.reinterpret(MAX_WORDS).getString(0))
        .orElse("error");
  }

  @SuppressWarnings("restricted")
  private Object call(MemorySegment address, MemoryLayout answer, Object... arguments) {
    MemoryLayout[] layouts =
        Stream.of(arguments)
            .map(each -> each instanceof Integer ? ValueLayout.JAVA_INT : ValueLayout.ADDRESS)
            .toArray(MemoryLayout[]::new);
    MethodHandle shape =
        shapes.computeIfAbsent(
            FunctionDescriptor.of(answer, layouts), Linker.nativeLinker()::downcallHandle);
    try {
      return shape.bindTo(address).invokeWithArguments(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a downcall throws nothing checked", e);
    }
  }
}
