package dev.stockpot.worker.cuda;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.CUuuid;
import jcuda.driver.JCudaDriver;

/** Finds CUDA, where there is any. */
public final class CudaDriver {

  /** Names the library to load instead of the driver's; for tests. */
  private static final String LIBRARY_PROPERTY = "stockpot.cuda.library";

  private static final String LIBRARY = "libcuda.so.1";

  /** CUDA 11.4, from 2021: the first that compiles the kernel's PTX. */
  private static final int OLDEST_VERSION = 11040;

  private static final int NAME_BYTES = 256;

  private CudaDriver() {}

  /**
   * Looks for a driver and its devices. Without a driver it costs an attempt to load its library;
   * JCuda is not touched before that has succeeded.
   */
  public static CudaProbe probe() {
    String library = System.getProperty(LIBRARY_PROPERTY, LIBRARY);
    if (!loads(library)) {
      return new CudaProbe.Missing(library + " is not found");
    }
    try {
      return devices();
    } catch (CudaFault e) {
      return new CudaProbe.Missing("CUDA does not answer: " + e.getMessage());
    } catch (LinkageError e) { // A class of JCuda here would be loaded when this one is verified.
      return new CudaProbe.Missing("JCuda's library cannot be loaded: " + e.getMessage());
    }
  }

  @SuppressWarnings("restricted") // The flags of every JVM of ours enable native access.
  private static boolean loads(String library) {
    try {
      // Never unloaded: JCuda's library is bound to whatever has the driver's name by then.
      var _ =
          library.contains("/")
              ? SymbolLookup.libraryLookup(Path.of(library), Arena.global())
              : SymbolLookup.libraryLookup(library, Arena.global());
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  private static CudaProbe devices() {
    int code = JCudaDriver.cuInit(0);
    if (code == CUresult.CUDA_ERROR_NO_DEVICE) {
      return new CudaProbe.Missing("the NVIDIA driver shows CUDA no device");
    }
    CudaFault.check(code, "starting");
    int[] version = new int[1];
    CudaFault.check(JCudaDriver.cuDriverGetVersion(version), "asking for the driver's version");
    if (version[0] < OLDEST_VERSION) {
      return new CudaProbe.Missing(
          "the NVIDIA driver serves CUDA %s; 11.4 is needed at least"
              .formatted(versionText(version[0])));
    }
    int[] count = new int[1];
    CudaFault.check(JCudaDriver.cuDeviceGetCount(count), "counting devices");
    List<CudaDevice> devices = new ArrayList<>();
    for (int ordinal = 0; ordinal < count[0]; ordinal++) {
      devices.add(describe(ordinal));
    }
    return devices.isEmpty()
        ? new CudaProbe.Missing("the NVIDIA driver shows CUDA no device")
        : new CudaProbe.Available(version[0], devices);
  }

  private static String versionText(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }

  private static CudaDevice describe(int ordinal) {
    String doing = "describing device " + ordinal;
    CUdevice device = new CUdevice();
    CudaFault.check(JCudaDriver.cuDeviceGet(device, ordinal), doing);
    byte[] name = new byte[NAME_BYTES];
    CudaFault.check(JCudaDriver.cuDeviceGetName(name, name.length, device), doing);
    CUuuid uuid = new CUuuid();
    CudaFault.check(JCudaDriver.cuDeviceGetUuid(uuid, device), doing);
    String[] pciId = new String[1];
    CudaFault.check(JCudaDriver.cuDeviceGetPCIBusId(pciId, NAME_BYTES, device), doing);
    long[] memory = new long[1];
    CudaFault.check(JCudaDriver.cuDeviceTotalMem(memory, device), doing);
    return new CudaDevice(
        ordinal,
        uuidText(uuid.bytes),
        pciId[0],
        new String(name, StandardCharsets.UTF_8).split("\0", 2)[0],
        memory[0],
        attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
        attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR));
  }

  private static String uuidText(byte[] uuid) {
    return "GPU-"
        + HexFormat.of()
            .formatHex(uuid)
            .replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");
  }

  static int attribute(CUdevice device, int attribute) {
    int[] value = new int[1];
    CudaFault.check(
        JCudaDriver.cuDeviceGetAttribute(value, attribute, device), "asking for an attribute");
    return value[0];
  }

  /** What {@link CudaDriver#probe} found. */
  public sealed interface CudaProbe {

    /**
     * A driver that works.
     *
     * @param driverVersion the newest CUDA that it serves: 12040 is 12.4
     * @param devices at least one, by ordinal; those that {@code CUDA_VISIBLE_DEVICES} hides are
     *     not among them
     */
    record Available(int driverVersion, List<CudaDevice> devices) implements CudaProbe {
      public Available {
        devices = List.copyOf(devices);
      }
    }

    /**
     * No device can be used here, which is a normal state.
     *
     * @param why one line, for a person
     */
    record Missing(String why) implements CudaProbe {}
  }
}
