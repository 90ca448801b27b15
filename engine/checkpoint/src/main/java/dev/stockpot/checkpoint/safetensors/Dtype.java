package dev.stockpot.checkpoint.safetensors;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The element types of the safetensors format, under the format's own names.
 *
 * <p>All of them can be read, listed and copied; only those with {@link #mergeable()} take part in
 * arithmetic.
 */
public enum Dtype {
  BOOL(8),
  F4(4),
  F6_E2M3(6),
  F6_E3M2(6),
  U8(8),
  I8(8),
  F8_E5M2(8),
  F8_E4M3(8),
  F8_E8M0(8),
  F8_E4M3FNUZ(8),
  F8_E5M2FNUZ(8),
  I16(16),
  U16(16),
  F16(16),
  BF16(16),
  I32(32),
  U32(32),
  F32(32),
  C64(64),
  F64(64),
  I64(64),
  U64(64);

  private static final Map<String, Dtype> BY_NAME = new HashMap<>();

  static {
    for (Dtype dtype : values()) {
      BY_NAME.put(dtype.name(), dtype);
    }
  }

  private final int bits;

  Dtype(int bits) {
    this.bits = bits;
  }

  /** The dtype with exactly this name; safetensors names are upper case. */
  public static Optional<Dtype> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** Width of one element in bits; F4 and F6 elements are packed. */
  public int bits() {
    return bits;
  }

  /** Width of one element in bytes. Only for dtypes whose elements are whole bytes. */
  public int bytes() {
    if (bits % 8 != 0) {
      throw new IllegalStateException(this + " elements are not whole bytes");
    }
    return bits / 8;
  }

  /** Whether the merge kernels can read and write it: BF16, F16, F32 and F64. */
  public boolean mergeable() {
    return switch (this) {
      case BF16, F16, F32, F64 -> true;
      default -> false;
    };
  }
}
