/*
 * The weighted sum of K ranges, rounded once: the twin of dev.stockpot.merge.kernel's ScalarLoops and Rounding, step by
 * step and bit for bit. make-ptx turns it into the resource that the driver compiles; the tests also compile it with g++
 * for a driver that is not there.
 *
 * Every operation is one IEEE 754 operation with its own rounding: no flag may contract, reorder or flush anything
 * (-fmad=false, and nvcc's defaults -ftz=false, -prec-div=true).
 */
#ifdef __CUDACC__
#include <cuda_fp16.h>
#endif

enum Dtype { BF16 = 0, F16 = 1, F32 = 2, F64 = 3 };

/* The parameter struct must stay below the 4 KiB that every driver takes. */
#define MOST_SOURCES 128

/* Elements of one thread's step: 16 bytes of a 16-bit dtype. */
#define STEP 8

/* The layout is repeated in MergeKernel.java, and both are tested against the PTX. */
struct Source {
  const void *elements; /* aligned to 16 bytes */
  double numerator;
  int dtype;
  int unused;
};

struct Merge {
  long long count;             /* elements */
  double denominator;
  double reciprocal;           /* 1 / denominator, rounded */
  void *out;                   /* aligned to 16 bytes */
  unsigned long long *nonFinite; /* NaNs, infinities: added to */
  int dtype;                   /* of out */
  int sources;                 /* at least 1 */
  Source source[MOST_SOURCES];
};

static_assert(sizeof(Source) == 24 && sizeof(Merge) == 48 + 24 * MOST_SOURCES, "as the host lays it out");

static __device__ double element(const Source &from, long long i) {
  switch (from.dtype) {
    case BF16: return __uint_as_float((unsigned)((const unsigned short *)from.elements)[i] << 16);
    case F16: return __half2float(__ushort_as_half(((const unsigned short *)from.elements)[i]));
    case F32: return ((const float *)from.elements)[i];
    default: return ((const double *)from.elements)[i];
  }
}

/* Elements i to i + STEP, by loads of 16 bytes. */
static __device__ void elements(const Source &from, long long i, double *x) {
  const uint4 *loads = (const uint4 *)((const char *)from.elements + i * (from.dtype == F64 ? 8 : from.dtype == F32 ? 4 : 2));
  switch (from.dtype) {
    case BF16: {
      const uint4 four = loads[0];
      const unsigned pairs[4] = {four.x, four.y, four.z, four.w};
      for (int k = 0; k < 4; k++) {
        x[2 * k] = __uint_as_float(pairs[k] << 16);
        x[2 * k + 1] = __uint_as_float(pairs[k] & 0xffff0000u);
      }
      return;
    }
    case F16: {
      const uint4 four = loads[0];
      const unsigned pairs[4] = {four.x, four.y, four.z, four.w};
      for (int k = 0; k < 4; k++) {
        x[2 * k] = __half2float(__ushort_as_half((unsigned short)pairs[k]));
        x[2 * k + 1] = __half2float(__ushort_as_half((unsigned short)(pairs[k] >> 16)));
      }
      return;
    }
    case F32: {
      for (int k = 0; k < 2; k++) {
        const uint4 four = loads[k];
        x[4 * k] = __uint_as_float(four.x);
        x[4 * k + 1] = __uint_as_float(four.y);
        x[4 * k + 2] = __uint_as_float(four.z);
        x[4 * k + 3] = __uint_as_float(four.w);
      }
      return;
    }
    default: {
      for (int k = 0; k < 4; k++) {
        const uint4 two = loads[k];
        x[2 * k] = __hiloint2double((int)two.y, (int)two.x);
        x[2 * k + 1] = __hiloint2double((int)two.w, (int)two.z);
      }
    }
  }
}

static __device__ int signsDiffer(double a, double b) {
  return (int)((unsigned long long)(__double_as_longlong(a) ^ __double_as_longlong(b)) >> 63);
}

/* The quotient rounded to odd in float32: see Rounding.quotientToOddFloat. Some NaN if it is NaN. */
static __device__ float oddFloat(const Merge &merge, double sum) {
  const float nearest = __double2float_rn(__dmul_rn(sum, merge.reciprocal));
  const double rest = __fma_rn(-merge.denominator, (double)nearest, sum);
  const int inexact = fabs(rest) > 0 ? 1 : 0;
  return __int_as_float((__float_as_int(nearest) - (inexact & signsDiffer(rest, sum))) | inexact);
}

/* The quotient rounded to odd in float64: see Rounding.quotientToOddDouble. */
static __device__ double oddDouble(const Merge &merge, double sum) {
  const double nearest = __ddiv_rn(sum, merge.denominator);
  const double rest = __fma_rn(-nearest, merge.denominator, sum);
  const int inexact = fabs(rest) > 0 ? 1 : 0;
  return __longlong_as_double((__double_as_longlong(nearest) - (inexact & signsDiffer(rest, sum))) | inexact);
}

struct NonFinite {
  unsigned long long nan, infinity;

  __device__ void count(bool isNan, bool isInfinite) {
    nan += isNan;
    infinity += isInfinite;
  }
};

/* The results' bits: one canonical NaN, whatever payload came in. */
static __device__ unsigned short quotient16(const Merge &merge, double sum, NonFinite &found) {
  const float odd = oddFloat(merge, sum);
  if (isnan(odd)) {
    found.count(true, false);
    return merge.dtype == BF16 ? 0x7fc0 : 0x7e00;
  }
  if (merge.dtype == BF16) {
    const unsigned bits = __float_as_uint(odd);
    const unsigned short rounded = (unsigned short)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    found.count(false, (rounded & 0x7fff) == 0x7f80);
    return rounded;
  }
  const unsigned short rounded = __half_as_ushort(__float2half_rn(odd));
  found.count(false, (rounded & 0x7fff) == 0x7c00);
  return rounded;
}

static __device__ unsigned quotient32(const Merge &merge, double sum, NonFinite &found) {
  const double odd = oddDouble(merge, sum);
  if (isnan(odd)) {
    found.count(true, false);
    return 0x7fc00000u;
  }
  const unsigned rounded = __float_as_uint(__double2float_rn(odd));
  found.count(false, (rounded & 0x7fffffffu) == 0x7f800000u);
  return rounded;
}

static __device__ unsigned long long quotient64(const Merge &merge, double sum, NonFinite &found) {
  const double quotient = __ddiv_rn(sum, merge.denominator);
  if (isnan(quotient)) {
    found.count(true, false);
    return 0x7ff8000000000000ull;
  }
  const unsigned long long bits = (unsigned long long)__double_as_longlong(quotient);
  found.count(false, (bits & 0x7fffffffffffffffull) == 0x7ff0000000000000ull);
  return bits;
}

static __device__ void store(const Merge &merge, long long i, double sum, NonFinite &found) {
  switch (merge.dtype) {
    case F32: ((unsigned *)merge.out)[i] = quotient32(merge, sum, found); return;
    case F64: ((unsigned long long *)merge.out)[i] = quotient64(merge, sum, found); return;
    default: ((unsigned short *)merge.out)[i] = quotient16(merge, sum, found);
  }
}

/* Results i to i + STEP, by stores of 16 bytes. */
static __device__ void storeStep(const Merge &merge, long long i, const double *sum, NonFinite &found) {
  switch (merge.dtype) {
    case F32: {
      for (int k = 0; k < STEP; k += 4) {
        uint4 four;
        four.x = quotient32(merge, sum[k], found);
        four.y = quotient32(merge, sum[k + 1], found);
        four.z = quotient32(merge, sum[k + 2], found);
        four.w = quotient32(merge, sum[k + 3], found);
        *(uint4 *)((unsigned *)merge.out + i + k) = four;
      }
      return;
    }
    case F64: {
      for (int k = 0; k < STEP; k += 2) {
        const unsigned long long one = quotient64(merge, sum[k], found);
        const unsigned long long other = quotient64(merge, sum[k + 1], found);
        uint4 four;
        four.x = (unsigned)one;
        four.y = (unsigned)(one >> 32);
        four.z = (unsigned)other;
        four.w = (unsigned)(other >> 32);
        *(uint4 *)((unsigned long long *)merge.out + i + k) = four;
      }
      return;
    }
    default: {
      unsigned pairs[STEP / 2];
      for (int k = 0; k < STEP; k += 2) {
        const unsigned lower = quotient16(merge, sum[k], found);
        const unsigned upper = quotient16(merge, sum[k + 1], found);
        pairs[k / 2] = lower | upper << 16;
      }
      uint4 four;
      four.x = pairs[0];
      four.y = pairs[1];
      four.z = pairs[2];
      four.w = pairs[3];
      *(uint4 *)((unsigned short *)merge.out + i) = four;
    }
  }
}

/* Any grid of one dimension will do. The sum begins with a product, not with zero, so that -0 stays -0. */
extern "C" __global__ void __launch_bounds__(256) stockpot_merge(const Merge merge) {
  const long long threads = (long long)gridDim.x * blockDim.x;
  const long long thread = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  const long long whole = merge.count / STEP * STEP;
  NonFinite found = {0, 0};
  for (long long i = thread * STEP; i < whole; i += threads * STEP) {
    double sum[STEP], x[STEP];
    elements(merge.source[0], i, x);
    for (int j = 0; j < STEP; j++) sum[j] = __dmul_rn(merge.source[0].numerator, x[j]);
    for (int k = 1; k < merge.sources; k++) {
      elements(merge.source[k], i, x);
      for (int j = 0; j < STEP; j++) sum[j] = __fma_rn(merge.source[k].numerator, x[j], sum[j]);
    }
    storeStep(merge, i, sum, found);
  }
  for (long long i = whole + thread; i < merge.count; i += threads) {
    double sum = __dmul_rn(merge.source[0].numerator, element(merge.source[0], i));
    for (int k = 1; k < merge.sources; k++) {
      sum = __fma_rn(merge.source[k].numerator, element(merge.source[k], i), sum);
    }
    store(merge, i, sum, found);
  }
  if (found.nan) atomicAdd(merge.nonFinite, found.nan);
  if (found.infinity) atomicAdd(merge.nonFinite + 1, found.infinity);
}
