// vector.hpp: vectors of the instruction set that the including file is compiled for. Everything has internal linkage.
#pragma once

#include <cstdint>

namespace spgrad::kernels::SPGRAD_ISA_NAME {
namespace {

using Index = std::int64_t;

#if defined(__AVX512F__)
constexpr int kVectorBytes = 64;
constexpr int kAccumulators = 16;  // vectors of one row that are kept in registers; 32 registers
#elif defined(__AVX2__)
constexpr int kVectorBytes = 32;
constexpr int kAccumulators = 13;  // of 16 registers
#else
constexpr int kVectorBytes = 16;
constexpr int kAccumulators = 12;  // of 16; without FMA a product needs one more
#endif

template <class T>
constexpr int kWidth = kVectorBytes / static_cast<int>(sizeof(T));

// W numbers in one register; W = 1 is the number itself, so that one template serves rows of every length.
template <class T, int W>
struct VectorOf {
  using type __attribute__((vector_size(sizeof(T) * W))) = T;
};
template <class T>
struct VectorOf<T, 1> {
  using type = T;
};
template <class T, int W>
using Vec = typename VectorOf<T, W>::type;

template <class T>
struct LaneOf;
template <>
struct LaneOf<float> {
  using type = std::int32_t;
};
template <>
struct LaneOf<double> {
  using type = std::int64_t;
};
template <class T, int W>
using Mask = Vec<typename LaneOf<T>::type, W>;

template <class T, int W>
inline Vec<T, W> load(const T* p) {
  Vec<T, W> v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

template <class T, int W>
inline void store(T* p, Vec<T, W> v) {
  __builtin_memcpy(p, &v, sizeof v);
}

template <class T, int W>
inline Vec<T, W> splat(T x) {
  return x - Vec<T, W>{};  // not 0 + x, which makes -0 a 0
}

// The first n numbers; the other lanes are `fill`.
template <class T, int W>
inline Vec<T, W> load_part(const T* p, Index n, T fill) {
  T part[W];
  for (int l = 0; l < W; ++l) part[l] = l < n ? p[l] : fill;
  return load<T, W>(part);
}

template <class T, int W>
inline void store_part(T* p, Vec<T, W> v, Index n) {
  T part[W];
  store<T, W>(part, v);
  for (Index l = 0; l < n; ++l) p[l] = part[l];
}

// True in the lanes first .. end - 1.
template <class T, int W>
inline Mask<T, W> lanes(Index first, Index end) {
  typename LaneOf<T>::type marks[W];
  for (int l = 0; l < W; ++l) marks[l] = first <= l && l < end ? -1 : 0;
  Mask<T, W> mask;
  __builtin_memcpy(&mask, marks, sizeof mask);
  return mask;
}

// v where the mask is true, else 0.
template <class T, int W>
inline Vec<T, W> keep(Mask<T, W> mask, Vec<T, W> v) {
  return mask ? v : Vec<T, W>{};
}

struct Sum {
  template <class V>
  static V of(V a, V b) {
    return a + b;
  }
};
struct Largest {
  template <class V>
  static V of(V a, V b) {
    return a > b ? a : b;
  }
};

// All lanes combined, by halves.
template <class T, int W, class Op>
inline T across(Vec<T, W> v) {
  if constexpr (W == 1) {
    return v;
  } else if constexpr (W == 2) {
    return Op::of(v[0], v[1]);
  } else if constexpr (W == 4) {
    return across<T, 2, Op>(Op::of(__builtin_shufflevector(v, v, 0, 1), __builtin_shufflevector(v, v, 2, 3)));
  } else if constexpr (W == 8) {
    return across<T, 4, Op>(
        Op::of(__builtin_shufflevector(v, v, 0, 1, 2, 3), __builtin_shufflevector(v, v, 4, 5, 6, 7)));
  } else {
    return across<T, 8, Op>(Op::of(__builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7),
                                   __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15)));
  }
}

}  // namespace
}  // namespace spgrad::kernels::SPGRAD_ISA_NAME
