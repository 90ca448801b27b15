/**
 * A worker's node of the cluster: the GPUs of its host, as NVML and CUDA tell of them, its device
 * workers, and how they find the coordinator.
 */
@NullMarked
package dev.stockpot.worker.node;

import org.jspecify.annotations.NullMarked;
