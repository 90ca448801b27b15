package dev.stockpot.benchmarks.gpu;

import com.typesafe.config.ConfigFactory;
import dev.stockpot.benchmarks.Directories;
import dev.stockpot.benchmarks.Figures;
import dev.stockpot.benchmarks.SyntheticCheckpoints;
import dev.stockpot.checkpoint.CheckpointLayout;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.worker.cpu.CpuExecutor;
import dev.stockpot.worker.cpu.CpuSettings;
import dev.stockpot.worker.cuda.CudaDevice;
import dev.stockpot.worker.cuda.CudaDriver;
import dev.stockpot.worker.cuda.CudaDriver.CudaProbe;
import dev.stockpot.worker.cuda.CudaExecutor;
import dev.stockpot.worker.cuda.CudaSettings;
import dev.stockpot.worker.cuda.DeviceCeilings;
import dev.stockpot.worker.storage.NodeStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Everything that only a GPU can show. {@code tests/benchmarks/gpu} bundles and runs it. */
@Command(
    name = "gpu",
    mixinStandardHelpOptions = true,
    description = {
      "Checks that the first GPU gives the processor's bits, measures it and its bus, and merges"
          + " three BF16 checkpoints of Llama-3.1-8B's shapes from the page cache.",
      "Needs 48 GB of disk and 80 GB of memory, or takes fewer layers. The results are a table, at"
          + " the end."
    })
public final class GpuCheck implements Callable<Integer> {

  private static final double GIGA = 1e9;
  private static final long MIB = 1 << 20;
  private static final long LARGE_REGION = 256 * MIB;
  private static final long SMALL_REGION = 8 * MIB;
  private static final long LARGE_PIN = 3L << 30;
  private static final long SMALL_PIN = 24 * MIB;

  /** Of memory that the driver itself may keep between two contexts. */
  private static final long DRIVER_BYTES = 64 * MIB;

  private static final int LEAK_ROUNDS = 3;

  /** Another way to divide pinned memory. */
  private record Shape(int feeders, long slotBytes) {
    @Override
    public String toString() {
      return "soup with %d feeders of %d MiB".formatted(feeders, slotBytes / MIB);
    }

    CudaSettings of(CudaSettings settings) {
      return new CudaSettings(feeders, slotBytes, 0, settings.timeout());
    }
  }

  private static final Shape SMALL_SHAPE = new Shape(4, 4 * MIB);

  private static final List<Shape> SHAPES =
      List.of(
          new Shape(16, 40 * MIB),
          new Shape(24, 40 * MIB),
          new Shape(32, 40 * MIB),
          new Shape(16, 20 * MIB),
          new Shape(32, 10 * MIB),
          new Shape(48, 10 * MIB));

  @Option(names = "--data", description = "Where the checkpoints are kept.", required = true)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path data;

  @Option(
      names = "--scratch",
      description =
          "Where outputs go, and are deleted. Default: in /dev/shm if a model has room there, else"
              + " in --data.")
  private @Nullable Path scratchPlace;

  @Option(
      names = "--layers",
      description = "Of Llama-3.1-8B's 32, how many. Default: as many as there is room for.")
  private @Nullable Integer layers;

  @Option(
      names = "--small",
      description = "Little data: every step runs, and no rate means anything.")
  private boolean small;

  @Option(names = "--bits", description = "Only compare bits: for compute-sanitizer.")
  private boolean bitsOnly;

  @Option(names = "--stockpot", description = "The stockpot command, to be tried as a whole.")
  private @Nullable Path stockpot;

  private final Report report = new Report();

  @SuppressWarnings("NullAway.Init") // Set first of all.
  private Path scratch;

  private SoupBenchmark.Bus bus = SoupBenchmark.Bus.UNKNOWN;

  private GpuCheck() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new GpuCheck()).setOverwrittenOptionsAllowed(true).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    scratch = Room.with(data, Optional.ofNullable(scratchPlace)).scratch();
    switch (CudaDriver.probe()) {
      case CudaProbe.Missing(String why) ->
          report.check(
              "driver",
              () -> {
                throw new IOException(why);
              });
      case CudaProbe.Available(int version, List<CudaDevice> devices) -> {
        CudaDevice device = devices.getFirst();
        report.figure(
            "driver",
            "CUDA %d.%d; %s, compute capability %d.%d, %.1f GB"
                .formatted(
                    version / 1000,
                    version % 1000 / 10,
                    device.name(),
                    device.computeMajor(),
                    device.computeMinor(),
                    device.memoryBytes() / GIGA));
        try {
          examine(device);
        } finally {
          Directories.delete(scratch);
        }
      }
    }
    return report.tell() ? 0 : 1;
  }

  private void examine(CudaDevice device) {
    CudaSettings settings = CudaSettings.from(ConfigFactory.load());
    report.check("bits, GPU and CPU", () -> bits(device, settings));
    if (bitsOnly) {
      return;
    }
    if (stockpot != null) {
      Commands commands = new Commands(stockpot, scratch);
      report.check("stockpot merge, --device gpu and cpu", () -> commands.merge(oneLayer()));
    }
    report.measure("rates", () -> rates(device));
    report.measure("soups", () -> soups(device, settings));
    report.check("memory after use", () -> leaks(device, settings));
    Optional<Path> sanitizer = Commands.sanitizer();
    if (sanitizer.isPresent()) {
      report.check("compute-sanitizer", () -> Commands.sanitize(sanitizer.get(), data));
    } else {
      report.skip("compute-sanitizer", "not on this machine");
    }
  }

  private static CudaExecutor executor(CudaDevice device, CudaSettings settings) {
    return CudaExecutor.start(device, settings, Kernels.best(), NodeStorage.own());
  }

  private String bits(CudaDevice device, CudaSettings settings)
      throws IOException, InterruptedException {
    try (CudaExecutor gpu = executor(device, settings);
        CpuExecutor cpu =
            new CpuExecutor(
                new CpuSettings(Runtime.getRuntime().availableProcessors()), Kernels.scalar())) {
      return new Agreement(scratch.resolve("patterns"), gpu, cpu).check();
    }
  }

  private void rates(CudaDevice device) {
    try (DeviceCeilings ceilings =
        DeviceCeilings.open(device, small ? SMALL_REGION : LARGE_REGION)) {
      report.measure(
          "bus",
          () -> {
            bus = new SoupBenchmark.Bus(ceilings.in(), ceilings.out());
            rate("host to device", bus.in());
            rate("device to host", bus.out());
            rate("both at once", ceilings.duplex());
          });
      report.measure(
          "kernel",
          () -> {
            double memory = ceilings.memory();
            double kernel = ceilings.kernel();
            rate("device memory, read and written", memory);
            report.figure(
                "kernel, 3 BF16 to 1",
                String.format(
                    Locale.ROOT,
                    "%.1f GB/s read and written, %.2f of the memory's",
                    kernel / GIGA,
                    kernel / memory));
          });
      long pinned = small ? SMALL_PIN : LARGE_PIN;
      report.check(
          "pinned at once",
          () -> {
            ceilings.pinAtOnce(pinned);
            return "%,d bytes".formatted(pinned);
          });
    }
  }

  private void soups(CudaDevice device, CudaSettings settings) throws Exception {
    SoupBenchmark soup = new SoupBenchmark(report, checkpoints(), scratch, bus);
    try (CudaExecutor gpu = executor(device, settings)) {
      Figures.line("%s: %s", gpu.device().name(), gpu.device().detail());
      report.measure("soup", () -> soup.soup(gpu));
      report.measure("resident", () -> soup.resident(gpu));
    }
    for (Shape shape : small ? List.of(SMALL_SHAPE) : SHAPES) {
      report.measure(
          shape.toString(),
          () -> {
            long start = System.nanoTime();
            try (CudaExecutor gpu = executor(device, shape.of(settings))) {
              double opened = (System.nanoTime() - start) / GIGA;
              report.figure(
                  shape.toString(),
                  String.format(
                      Locale.ROOT,
                      "%.3f s; %s, opened in %.3f s",
                      soup.seconds(gpu),
                      gpu.device().detail(),
                      opened));
            }
          });
    }
  }

  private List<Path> checkpoints() throws IOException {
    if (small) {
      return oneLayer();
    }
    Room room = new Room(data, scratch);
    int count = layers != null ? layers : room.layers();
    long start = System.nanoTime();
    List<Path> models =
        SyntheticCheckpoints.in(room.models(count), SyntheticCheckpoints.llama8b(count));
    report.figure(
        "checkpoints",
        String.format(
            Locale.ROOT,
            "%d of %d layers in %s, made in %.1f s; outputs in %s",
            count,
            SyntheticCheckpoints.LAYERS_OF_8B,
            data,
            (System.nanoTime() - start) / GIGA,
            scratch));
    return models;
  }

  private List<Path> oneLayer() throws IOException {
    return SyntheticCheckpoints.in(
        data.resolve("layer"),
        CheckpointLayout.of(SyntheticCheckpoints.layers(1), SyntheticCheckpoints.SHARD_SIZE));
  }

  private void rate(String what, double bytesPerSecond) {
    report.figure(what, String.format(Locale.ROOT, "%.1f GB/s", bytesPerSecond / GIGA));
  }

  /** Each round opens the device, works, and closes it. */
  private String leaks(CudaDevice device, CudaSettings settings)
      throws IOException, InterruptedException {
    long before = freeBytes(device);
    for (int i = 0; i < LEAK_ROUNDS; i++) {
      bits(device, settings);
    }
    long after = freeBytes(device);
    if (before - after > DRIVER_BYTES) {
      throw new IOException("%,d bytes of device memory are gone".formatted(before - after));
    }
    return "%,d bytes free before, %,d after %d executors".formatted(before, after, LEAK_ROUNDS);
  }

  private static long freeBytes(CudaDevice device) {
    try (DeviceCeilings ceilings = DeviceCeilings.open(device, SMALL_REGION)) {
      return ceilings.freeBytes();
    }
  }
}
