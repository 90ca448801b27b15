package dev.stockpot.worker.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.worker.cuda.CudaDevice;
import dev.stockpot.worker.cuda.CudaDriver.CudaProbe;
import dev.stockpot.worker.nvml.NvmlGpu;
import dev.stockpot.worker.nvml.NvmlGpu.Capability;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class GpuMatchTest {

  private static final NvmlGpu A = gpu(0, "GPU-a", "00000000:18:00.0");
  private static final NvmlGpu B = gpu(1, "GPU-b", "00000000:3B:00.0");
  private static final NvmlGpu C = gpu(2, "GPU-c", "00000000:C1:00.0");
  private static final Optional<String> ALL_VISIBLE = Optional.empty();

  private static NvmlGpu gpu(int index, String uuid, String pciId) {
    return new NvmlGpu(
        index,
        Optional.of("Fake"),
        Optional.of(uuid).filter(text -> !text.isEmpty()),
        Optional.of(pciId).filter(text -> !text.isEmpty()),
        OptionalLong.of(8L << 30),
        Optional.empty(),
        Optional.of(new Capability(9, 0)),
        Optional.empty(),
        Optional.empty());
  }

  private static NvmlGpu divided(NvmlGpu gpu) {
    return with(gpu, Optional.of(true), gpu.capability());
  }

  private static NvmlGpu old(NvmlGpu gpu) {
    return with(gpu, gpu.mig(), Optional.of(new Capability(6, 1)));
  }

  private static NvmlGpu with(NvmlGpu gpu, Optional<Boolean> mig, Optional<Capability> capability) {
    return new NvmlGpu(
        gpu.index(),
        gpu.name(),
        gpu.uuid(),
        gpu.pciId(),
        gpu.memoryBytes(),
        mig,
        capability,
        gpu.link(),
        gpu.trouble());
  }

  private static CudaDevice device(int ordinal, String uuid, String pciId) {
    return device(ordinal, uuid, pciId, 9);
  }

  private static CudaDevice device(int ordinal, String uuid, String pciId, int major) {
    return new CudaDevice(ordinal, uuid, pciId, "Fake", 8L << 30, major, 0);
  }

  private static CudaProbe cuda(CudaDevice... devices) {
    return new CudaProbe.Available(13000, List.of(devices));
  }

  private static List<Optional<Integer>> ordinals(List<HostGpu> gpus) {
    return gpus.stream().map(gpu -> gpu.cuda().map(CudaDevice::ordinal)).toList();
  }

  @Test
  void devicesInAnotherOrderMeetByTheirUuids() {
    CudaProbe cuda =
        cuda(
            device(0, "GPU-c", "0000:c1:00.0"),
            device(1, "GPU-a", "0000:18:00.0"),
            device(2, "GPU-b", "0000:3b:00.0"));
    List<HostGpu> gpus = new GpuMatch(cuda, ALL_VISIBLE).of(List.of(A, B, C));
    assertThat(ordinals(gpus)).containsExactly(Optional.of(1), Optional.of(2), Optional.of(0));
    assertThat(gpus).allMatch(HostGpu::usable);
  }

  @Test
  void theUuidCountsMoreThanThePlace() {
    CudaProbe cuda = cuda(device(0, "GPU-b", "0000:18:00.0"), device(1, "GPU-a", "0000:3b:00.0"));
    assertThat(ordinals(new GpuMatch(cuda, ALL_VISIBLE).of(List.of(A, B))))
        .containsExactly(Optional.of(1), Optional.of(0));
  }

  @Test
  void withoutUuidsDevicesMeetByTheirPlaces() {
    CudaProbe cuda = cuda(device(0, "", "0000:c1:00.0"), device(1, "", "0000:18:00.0"));
    List<HostGpu> gpus =
        new GpuMatch(cuda, ALL_VISIBLE)
            .of(List.of(gpu(0, "", "00000000:18:00.0"), gpu(1, "", "00000000:C1:00.0")));
    assertThat(ordinals(gpus)).containsExactly(Optional.of(1), Optional.of(0));
  }

  @Test
  void devicesThatTellNeitherDoNotMeet() {
    List<HostGpu> gpus =
        new GpuMatch(cuda(device(0, "", "")), ALL_VISIBLE).of(List.of(gpu(0, "", "")));
    assertThat(ordinals(gpus)).containsExactly(Optional.empty(), Optional.of(0));
    assertThat(gpus.getFirst().notUsed()).contains("CUDA does not list it");
    assertThat(gpus.getLast().usable()).isTrue();
  }

  @Test
  void aHiddenDeviceSaysByWhatItIsHidden() {
    List<HostGpu> gpus =
        new GpuMatch(cuda(device(0, "GPU-b", "0000:3b:00.0")), Optional.of("1")).of(List.of(A, B));
    assertThat(gpus.getFirst().notUsed()).contains("hidden by CUDA_VISIBLE_DEVICES=1");
    assertThat(gpus.getLast().usable()).isTrue();
  }

  @Test
  void aDividedDeviceIsNotUsedNorAreItsParts() {
    CudaProbe cuda = cuda(device(0, "MIG-1", "0000:18:00.0"), device(1, "GPU-b", "0000:3b:00.0"));
    List<HostGpu> gpus = new GpuMatch(cuda, ALL_VISIBLE).of(List.of(divided(A), B));
    assertThat(gpus).hasSize(2);
    assertThat(gpus.getFirst().notUsed())
        .hasValueSatisfying(why -> assertThat(why).startsWith("MIG is on"));
    assertThat(gpus.getLast().usable()).isTrue();
  }

  @Test
  void anOldDeviceSaysWhatItIsAndWhatIsNeeded() {
    List<HostGpu> gpus =
        new GpuMatch(
                cuda(device(0, "GPU-a", "0000:18:00.0", 6), device(1, "GPU-x", "", 5)), ALL_VISIBLE)
            .of(List.of(A, old(B)));
    assertThat(gpus)
        .extracting(gpu -> gpu.notUsed().orElse(""))
        .containsExactly(
            "compute capability 6.0, needs 7.0",
            "compute capability 6.1, needs 7.0",
            "compute capability 5.0, needs 7.0");
  }

  @Test
  void withoutCudaEveryDeviceSaysThatItIsMissing() {
    GpuMatch match = new GpuMatch(new CudaProbe.Missing("libcuda.so.1 is not found"), ALL_VISIBLE);
    assertThat(match.cudaVersion()).isEmpty();
    assertThat(match.of(List.of(A, B)))
        .allMatch(gpu -> gpu.notUsed().equals(Optional.of("libcuda.so.1 is not found")));
  }

  @Test
  void whereAllDevicesAreHiddenTheVariableIsNamed() {
    GpuMatch match = new GpuMatch(new CudaProbe.Missing("no device"), Optional.of("-1"));
    assertThat(match.of(List.of(A)).getFirst().notUsed())
        .contains("no device (CUDA_VISIBLE_DEVICES=-1)");
  }

  @Test
  void theVersionOfCudaIsReadAsItsHeaderWritesIt() {
    assertThat(new GpuMatch(new CudaProbe.Available(12040, List.of()), ALL_VISIBLE).cudaVersion())
        .contains("12.4");
  }

  @Test
  void whatOneSideDoesNotTellIsAskedOfTheOther() {
    HostGpu gpu =
        new GpuMatch(cuda(device(3, "GPU-x", "0000:18:00.0")), ALL_VISIBLE)
            .of(List.of())
            .getFirst();
    assertThat(gpu.name()).isEqualTo("Fake");
    assertThat(gpu.uuid()).contains("GPU-x");
    assertThat(gpu.pciId()).contains(new PciId(0, 0x18, 0));
    assertThat(gpu.memoryBytes()).hasValue(8L << 30);
    assertThat(gpu.capability()).contains(new Capability(9, 0));
  }
}
