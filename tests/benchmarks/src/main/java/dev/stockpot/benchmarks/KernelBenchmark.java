package dev.stockpot.benchmarks;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.merge.kernel.LinearKernel;
import dev.stockpot.merge.kernel.NonFinite;
import dev.stockpot.merge.kernel.provider.KernelProvider;
import dev.stockpot.merge.kernel.provider.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Gigabytes (10^9) of input a second of one thread, with data in the second level cache, and
 * CRC-32C over the same bytes beside it. JMH prints the rate as {@code combine:gigabytes}. With a
 * JDK 25:
 *
 * <pre>{@code
 * ./mvnw -q -B package dependency:build-classpath -Dmdep.outputFile=target/classpath \
 *     -DskipTests -pl tests/benchmarks -am
 * java -cp tests/benchmarks/target/classes:$(cat tests/benchmarks/target/classpath) \
 *     org.openjdk.jmh.Main KernelBenchmark
 * }</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class KernelBenchmark {
  /** Of all inputs together: half of a common second level cache. */
  private static final int INPUT_BYTES = 512 << 10;

  /** Which kernel. */
  public enum Kind {
    SCALAR,
    VECTOR
  }

  @Param({"SCALAR", "VECTOR"})
  public Kind kernel = Kind.VECTOR;

  @Param({"BF16", "F16"})
  public Dtype dtype = Dtype.BF16;

  @Param({"2", "3", "8"})
  public int models = 3;

  private final List<LinearKernel.Source> sources = new ArrayList<>();
  private MemorySegment out = MemorySegment.NULL;
  private IntegerWeights weights = IntegerWeights.over(1, 1);
  private LinearKernel combining = Kernels.scalar().newKernel();
  private int elements;

  /** Bytes taken in, as a rate. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Taken {
    public double gigabytes;
  }

  @Setup
  public void fill() {
    KernelProvider provider =
        kernel == Kind.VECTOR ? Kernels.vector().orElseThrow() : Kernels.scalar();
    combining = provider.newKernel();
    elements = INPUT_BYTES / models / dtype.bytes();
    SplittableRandom random = new SplittableRandom(1);
    for (int k = 0; k < models; k++) {
      MemorySegment bytes = Arena.ofAuto().allocate((long) elements * dtype.bytes(), 64);
      for (int i = 0; i < elements; i++) {
        float value = (float) random.nextDouble(-0.1, 0.1);
        bytes.setAtIndex(ValueLayout.JAVA_SHORT, i, bits(value));
      }
      sources.add(new LinearKernel.Source(bytes, dtype));
    }
    out = Arena.ofAuto().allocate((long) elements * dtype.bytes(), 64);
    long[] numerators = new SplittableRandom(2).longs(models, 1, 8).toArray();
    weights = IntegerWeights.over(10, numerators);
  }

  private short bits(float value) {
    return dtype == Dtype.F16
        ? Float.floatToFloat16(value)
        : (short) (Float.floatToRawIntBits(value) >>> 16);
  }

  @Benchmark
  public NonFinite combine(Taken taken) {
    taken.gigabytes += bytes() / 1e9;
    return combining.combine(sources, weights, out, dtype, elements);
  }

  @Benchmark
  public long crc32c(Taken taken) {
    taken.gigabytes += bytes() / 1e9;
    CRC32C crc = new CRC32C();
    for (LinearKernel.Source source : sources) {
      ByteBuffer buffer = source.bytes().asByteBuffer();
      crc.update(buffer);
    }
    return crc.getValue();
  }

  private double bytes() {
    return (double) models * elements * dtype.bytes();
  }
}
