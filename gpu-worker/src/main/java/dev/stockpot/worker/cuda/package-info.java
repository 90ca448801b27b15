/** CUDA devices, by the driver API alone; nothing else touches JCuda. */
@org.jspecify.annotations.NullMarked
package dev.stockpot.worker.cuda;
