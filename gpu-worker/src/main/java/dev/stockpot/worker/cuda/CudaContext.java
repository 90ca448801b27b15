package dev.stockpot.worker.cuda;

import java.lang.foreign.MemorySegment;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUctx_flags;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/**
 * A context of our own on a device, and the calls that are made in it. For the one thread that
 * opened it. Memory of the device is named by its address.
 *
 * <p>Every method throws {@link CudaFault}.
 */
final class CudaContext implements AutoCloseable {

  /** What JCuda's own pointers keep to themselves. */
  private static final class Allocation extends CUdeviceptr {
    long address() {
      return getNativePointer();
    }
  }

  /** Likewise. */
  private static final class HostPointer extends Pointer {
    HostPointer(long address) {
      super(address);
    }
  }

  private final CUcontext context = new CUcontext();
  private final int multiprocessors;

  private CudaContext(CUdevice device) {
    multiprocessors =
        CudaDriver.attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
    CudaFault.check(
        JCudaDriver.cuCtxCreate(context, CUctx_flags.CU_CTX_SCHED_BLOCKING_SYNC, device),
        "opening the device");
  }

  static CudaContext open(CudaDevice device) {
    CUdevice handle = new CUdevice();
    CudaFault.check(JCudaDriver.cuInit(0), "starting");
    CudaFault.check(JCudaDriver.cuDeviceGet(handle, device.ordinal()), "finding the device");
    return new CudaContext(handle);
  }

  int multiprocessors() {
    return multiprocessors;
  }

  long freeBytes() {
    long[] free = new long[1];
    CudaFault.check(JCudaDriver.cuMemGetInfo(free, new long[1]), "asking for free memory");
    return free[0];
  }

  /** Device memory, aligned to 256 bytes. */
  long allocate(long bytes) {
    Allocation allocated = new Allocation();
    CudaFault.check(JCudaDriver.cuMemAlloc(allocated, bytes), "taking device memory");
    return allocated.address();
  }

  void free(long address) {
    CudaFault.check(JCudaDriver.cuMemFree(device(address)), "giving device memory back");
  }

  /** Pins memory of the host, of any length, so that the device reaches it. */
  void pin(MemorySegment memory) {
    CudaFault.check(
        JCudaDriver.cuMemHostRegister(host(memory), memory.byteSize(), 0), "pinning host memory");
  }

  void unpin(MemorySegment memory) {
    CudaFault.check(JCudaDriver.cuMemHostUnregister(host(memory)), "unpinning host memory");
  }

  CUstream newStream() {
    CUstream stream = new CUstream();
    CudaFault.check(
        JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING),
        "making a stream");
    return stream;
  }

  void destroy(CUstream stream) {
    CudaFault.check(JCudaDriver.cuStreamDestroy(stream), "ending a stream");
  }

  CUevent newEvent() {
    CUevent event = new CUevent();
    CudaFault.check(
        JCudaDriver.cuEventCreate(event, CUevent_flags.CU_EVENT_DISABLE_TIMING), "making an event");
    return event;
  }

  void destroy(CUevent event) {
    CudaFault.check(JCudaDriver.cuEventDestroy(event), "ending an event");
  }

  /** Begins a copy from pinned memory. */
  void copyIn(MemorySegment from, long to, CUstream stream) {
    CudaFault.check(
        JCudaDriver.cuMemcpyHtoDAsync(device(to), host(from), from.byteSize(), stream),
        "copying to the device");
  }

  /** Begins a copy to pinned memory. */
  void copyOut(long from, MemorySegment to, CUstream stream) {
    CudaFault.check(
        JCudaDriver.cuMemcpyDtoHAsync(host(to), device(from), to.byteSize(), stream),
        "copying from the device");
  }

  void record(CUevent event, CUstream stream) {
    CudaFault.check(JCudaDriver.cuEventRecord(event, stream), "recording an event");
  }

  /** Whether all that the stream had when the event was recorded is done. */
  boolean isDone(CUevent event) {
    int code = JCudaDriver.cuEventQuery(event);
    if (code == CUresult.CUDA_ERROR_NOT_READY) {
      return false;
    }
    CudaFault.check(code, "working on the device");
    return true;
  }

  static CUdeviceptr device(long address) {
    return new CUdeviceptr().withByteOffset(address);
  }

  static Pointer host(MemorySegment memory) {
    return new HostPointer(memory.address());
  }

  /** Ends the context, and with it whatever was not given back. */
  @Override
  public void close() {
    CudaFault.check(JCudaDriver.cuCtxDestroy(context), "closing the device");
  }
}
