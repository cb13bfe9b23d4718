// rows.hpp: elementwise functions of one instruction set, on the vector functions of libmvec.
#pragma once

#include "src/kernels/isa/table.hpp"
#include "src/kernels/isa/vector.hpp"

namespace spgrad::kernels::SPGRAD_ISA_NAME {
namespace {
using Doubles = Vec<double, kWidth<double>>;
using Floats = Vec<float, kWidth<float>>;
}  // namespace

// libmvec's names: the letter of the instruction set, the number of lanes, the C function.
#if defined(__AVX512F__)
#define SPGRAD_DOUBLES(name) _ZGVeN8v_##name
#define SPGRAD_FLOATS(name) _ZGVeN16v_##name##f
#elif defined(__AVX2__)
#define SPGRAD_DOUBLES(name) _ZGVdN4v_##name
#define SPGRAD_FLOATS(name) _ZGVdN8v_##name##f
#else
#define SPGRAD_DOUBLES(name) _ZGVbN2v_##name
#define SPGRAD_FLOATS(name) _ZGVbN4v_##name##f
#endif
#define SPGRAD_MATH(name)                                                 \
  extern "C" Doubles SPGRAD_DOUBLES(name)(Doubles);                       \
  extern "C" Floats SPGRAD_FLOATS(name)(Floats);                          \
  namespace {                                                             \
  inline Doubles name##_of(Doubles x) { return SPGRAD_DOUBLES(name)(x); } \
  inline Floats name##_of(Floats x) { return SPGRAD_FLOATS(name)(x); }    \
  struct map_##name {                                                     \
    template <class V>                                                    \
    static V of(V x) {                                                    \
      return name##_of(x);                                                \
    }                                                                     \
  };                                                                      \
  }
SPGRAD_LIBRARY_FUNCTIONS(SPGRAD_MATH)

namespace {

// In these, exp(-|x|) never overflows; a NaN passes through.
template <class V>
inline V exp_minus_abs(V x) {
  return exp_of(x < 0 ? x : -x);
}
struct Sigmoid {
  template <class V>
  static V of(V x) {
    const V e = exp_minus_abs(x);
    return (x < 0 ? e : V{} + 1) / (1 + e);
  }
};
struct Softplus {
  template <class V>
  static V of(V x) {
    return (x > 0 ? x : V{}) + log1p_of(exp_minus_abs(x));
  }
};

template <class T, class F>
void map(const T* x, T* out, Index n) {
  constexpr int W = kWidth<T>;
  Index i = 0;
  for (; i + W <= n; i += W) store<T, W>(out + i, F::of(load<T, W>(x + i)));
  if (i < n) store_part<T, W>(out + i, F::of(load_part<T, W>(x + i, n - i, T(1))), n - i);
}

// In four vectors of sums.
template <class T>
T inner(const T* x, const T* y, Index n) {
  constexpr int W = kWidth<T>, kSums = 4;
  Vec<T, W> sum[kSums] = {};
  Index i = 0;
  for (; i + kSums * W <= n; i += kSums * W)
#pragma GCC unroll 4
    for (int u = 0; u < kSums; ++u) sum[u] += load<T, W>(x + i + u * W) * load<T, W>(y + i + u * W);
  for (; i < n; i += W) {
    const Index left = n - i < W ? n - i : W;
    sum[0] += load_part<T, W>(x + i, left, T(0)) * load_part<T, W>(y + i, left, T(0));
  }
  return across<T, W, Sum>((sum[0] + sum[1]) + (sum[2] + sum[3]));
}

// A row of k >= 1 numbers as `full` vectors and a last one, which overlaps them, or is padded with x[0] in a row that
// is shorter than a vector. `fresh`: the lanes of the last one that count, as they are in no other.
template <class T>
struct RowShape {
  static constexpr int W = kWidth<T>;
  explicit RowShape(Index length)
      : k(length), full((k - 1) / W), fresh(k < W ? lanes<T, W>(0, k) : lanes<T, W>((full + 1) * W - k, W)) {}
  Index k, full;
  Mask<T, W> fresh;

  Vec<T, W> last(const T* x) const { return k < W ? load_part<T, W>(x, k, x[0]) : load<T, W>(x + k - W); }
  void store_last(T* out, Vec<T, W> v) const {
    if (k < W)
      store_part<T, W>(out, v, k);
    else
      store<T, W>(out + k - W, v);
  }
};

// What exponents are shifted by: the row's largest number, or 0 where that is infinite (then exp, sum and log give what
// infinities and NaN should).
template <class T>
T shift_of(const RowShape<T>& row, const T* x) {
  constexpr int W = kWidth<T>;
  Vec<T, W> most = row.last(x);
  for (Index v = 0; v < row.full; ++v) most = Largest::of(load<T, W>(x + v * W), most);
  const T m = across<T, W, Largest>(most);
  return m - m == 0 ? m : T(0);
}

template <class T>
T sum_of_exp(const RowShape<T>& row, const T* x, T shift) {
  constexpr int W = kWidth<T>;
  Vec<T, W> sum = keep<T, W>(row.fresh, exp_of(row.last(x) - shift));
  for (Index v = 0; v < row.full; ++v) sum += exp_of(load<T, W>(x + v * W) - shift);
  return across<T, W, Sum>(sum);
}

template <class T>
void logsumexp_rows(const T* x, Index rows, Index k, T* out) {
  constexpr int W = kWidth<T>;
  const RowShape<T> row(k);
  for (Index r = 0; r < rows; r += W) {  // W rows share one vector of logarithms
    const Index n = rows - r < W ? rows - r : W;
    T shift[W] = {}, sum[W] = {};
    for (Index l = 0; l < n; ++l) {
      shift[l] = shift_of(row, x + (r + l) * k);
      sum[l] = sum_of_exp(row, x + (r + l) * k, shift[l]);
    }
    store_part<T, W>(out + r, load<T, W>(shift) + log_of(load<T, W>(sum)), n);
  }
}

template <class T>
void softmax_rows(const T* x, const T* g, Index rows, Index k, T* out) {
  constexpr int W = kWidth<T>;
  const RowShape<T> row(k);
  for (Index r = 0; r < rows; ++r, x += k, out += k) {
    const T shift = shift_of(row, x);
    // First, as out may be x and the last vector overlaps others.
    const Vec<T, W> last = exp_of(row.last(x) - shift);
    Vec<T, W> sum = keep<T, W>(row.fresh, last);
    for (Index v = 0; v < row.full; ++v) {
      const Vec<T, W> e = exp_of(load<T, W>(x + v * W) - shift);
      store<T, W>(out + v * W, e);
      sum += e;
    }
    const T scale = (g == nullptr ? T(1) : g[r]) / across<T, W, Sum>(sum);
    for (Index v = 0; v < row.full; ++v) store<T, W>(out + v * W, load<T, W>(out + v * W) * scale);
    row.store_last(out, last * scale);
  }
}

}  // namespace
}  // namespace spgrad::kernels::SPGRAD_ISA_NAME
