package dev.stockpot.worker.cuda;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.kernel.IntegerWeights;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/**
 * The kernel of {@code merge.cu} in a context, and its parameter: a struct that is passed by value.
 * For the context's thread.
 */
final class MergeKernel implements AutoCloseable {

  /** What the parameter has room for. */
  static final int MOST_SOURCES = 128;

  /** The struct {@code Merge}: offsets and size in bytes. */
  static final long COUNT = 0;

  static final long DENOMINATOR = 8;
  static final long RECIPROCAL = 16;
  static final long OUT = 24;
  static final long NON_FINITE = 32;
  static final long DTYPE = 40;
  static final long SOURCES = 44;
  static final long SOURCE = 48;

  /** The struct {@code Source}, likewise. */
  static final long ELEMENTS = 0;

  static final long NUMERATOR = 8;
  static final long SOURCE_DTYPE = 16;
  static final long SOURCE_BYTES = 24;

  static final long BYTES = SOURCE + MOST_SOURCES * SOURCE_BYTES;

  /** What addresses that a kernel is given must be multiples of. */
  static final long ALIGNMENT = 16;

  private static final String NAME = "stockpot_merge";
  private static final long LOG_BYTES = 4096;
  private static final int THREADS = 256;

  /** Elements that a thread does in one step. */
  private static final int STEP = 8;

  /** As many blocks as a multiprocessor can hold of this kernel's registers, twice. */
  private static final int BLOCKS_PER_MULTIPROCESSOR = 8;

  /** Elements in device memory. */
  record Source(long address, Dtype dtype) {}

  /**
   * One sum.
   *
   * @param out address of the results
   * @param nonFinite address of two counters, of NaNs and of infinities, that are added to
   */
  record Launch(
      List<Source> sources,
      IntegerWeights weights,
      long out,
      Dtype dtype,
      long nonFinite,
      long elements) {}

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment parameter = arena.allocate(BYTES, Long.BYTES);
  private final MemorySegment parameters = arena.allocate(ValueLayout.ADDRESS);
  private final Pointer parametersPointer = CudaContext.host(parameters);
  private final CUmodule module = new CUmodule();
  private final CUfunction function = new CUfunction();
  private final int mostBlocks;

  /** Has the driver compile the kernel, or take it from its cache. */
  MergeKernel(CudaContext context) {
    parameters.set(ValueLayout.ADDRESS, 0, parameter);
    mostBlocks = BLOCKS_PER_MULTIPROCESSOR * context.multiprocessors();
    load();
    CudaFault.check(JCudaDriver.cuModuleGetFunction(function, module, NAME), "finding the kernel");
  }

  /** An error says which line of the PTX the driver's compiler refuses. */
  private void load() {
    try (Arena image = Arena.ofConfined()) {
      MemorySegment text = image.allocateFrom(ptx());
      MemorySegment log = image.allocate(LOG_BYTES);
      // Each stands for a void *, and the second is a number in the place of one.
      MemorySegment values =
          image.allocateFrom(ValueLayout.JAVA_LONG, log.address(), log.byteSize() - 1);
      int[] options = {
        CUjit_option.CU_JIT_ERROR_LOG_BUFFER, CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES
      };
      int code =
          JCudaDriver.cuModuleLoadDataEx(
              module, CudaContext.host(text), options.length, options, CudaContext.host(values));
      String said = log.getString(0).strip().replaceAll("\\s+", " ");
      CudaFault.check(code, "loading the kernel" + (said.isEmpty() ? "" : " (" + said + ")"));
    }
  }

  static String ptx() {
    try (InputStream resource = MergeKernel.class.getResourceAsStream("merge.ptx")) {
      return new String(
          Objects.requireNonNull(resource, "merge.ptx").readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Begins a sum; the driver has its own copy of the parameter when this returns. */
  void launch(Launch launch, CUstream stream) {
    write(launch, parameter);
    long blocks = Math.ceilDiv(launch.elements(), (long) THREADS * STEP);
    CudaFault.check(
        JCudaDriver.cuLaunchKernel(
            function,
            Math.clamp(blocks, 1, mostBlocks),
            1,
            1,
            THREADS,
            1,
            1,
            0,
            stream,
            parametersPointer,
            new Pointer()),
        "starting the kernel");
  }

  static void write(Launch launch, MemorySegment parameter) {
    double denominator = launch.weights().denominator();
    parameter.set(ValueLayout.JAVA_LONG, COUNT, launch.elements());
    parameter.set(ValueLayout.JAVA_DOUBLE, DENOMINATOR, denominator);
    parameter.set(ValueLayout.JAVA_DOUBLE, RECIPROCAL, 1 / denominator);
    parameter.set(ValueLayout.JAVA_LONG, OUT, launch.out());
    parameter.set(ValueLayout.JAVA_LONG, NON_FINITE, launch.nonFinite());
    parameter.set(ValueLayout.JAVA_INT, DTYPE, code(launch.dtype()));
    parameter.set(ValueLayout.JAVA_INT, SOURCES, launch.sources().size());
    for (int k = 0; k < launch.sources().size(); k++) {
      Source source = launch.sources().get(k);
      long at = SOURCE + k * SOURCE_BYTES;
      parameter.set(ValueLayout.JAVA_LONG, at + ELEMENTS, source.address());
      parameter.set(ValueLayout.JAVA_DOUBLE, at + NUMERATOR, launch.weights().numerators().get(k));
      parameter.set(ValueLayout.JAVA_INT, at + SOURCE_DTYPE, code(source.dtype()));
    }
  }

  private static int code(Dtype dtype) {
    return switch (dtype) {
      case BF16 -> 0;
      case F16 -> 1;
      case F32 -> 2;
      case F64 -> 3;
      default -> throw new IllegalArgumentException(dtype + " takes no part in arithmetic");
    };
  }

  @Override
  public void close() {
    CudaFault.check(JCudaDriver.cuModuleUnload(module), "unloading the kernel");
    forget();
  }

  /** Gives the parameter's memory back when the context, and all else with it, is gone. */
  void forget() {
    if (parameter.scope().isAlive()) {
      arena.close();
    }
  }
}
