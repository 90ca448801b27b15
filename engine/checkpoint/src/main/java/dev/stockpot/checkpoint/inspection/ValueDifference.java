package dev.stockpot.checkpoint.inspection;

/**
 * How two tensors of one shape and dtype differ.
 *
 * <p>Of dtypes other than BF16, F16, F32 and F64 only the bytes are compared: {@code compared} and
 * {@code differing} count bytes, and the rest is zero.
 *
 * @param numeric whether elements were compared as numbers
 * @param compared elements, or bytes
 * @param differing of them, those with different bits; −0 differs from 0, by zero ULPs
 * @param maxAbsolute largest |a − b| over the elements that are no NaN in either
 * @param maxUlps largest distance in steps of the dtype, over the same elements; unsigned
 * @param meanUlps over the same elements, equal ones included
 * @param nanA NaNs in A
 * @param nanB NaNs in B
 */
public record ValueDifference(
    boolean numeric,
    long compared,
    long differing,
    double maxAbsolute,
    long maxUlps,
    double meanUlps,
    long nanA,
    long nanB) {}
