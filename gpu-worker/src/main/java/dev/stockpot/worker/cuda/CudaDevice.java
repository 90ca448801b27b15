package dev.stockpot.worker.cuda;

public record CudaDevice(
    int ordinal,
    String uuid,
    String pciId,
    String name,
    long memoryBytes,
    int computeMajor,
    int computeMinor) {}
