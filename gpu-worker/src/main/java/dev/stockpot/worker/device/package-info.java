/** The GPUs of this host: what NVML and CUDA say of them, brought together. */
@NullMarked
package dev.stockpot.worker.device;

import org.jspecify.annotations.NullMarked;
