/** safetensors files: bytes in, bytes out, no arithmetic. */
@NullMarked
package dev.stockpot.checkpoint.safetensors;

import org.jspecify.annotations.NullMarked;
