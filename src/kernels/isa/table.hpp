// table.hpp: the kernels that are compiled once per instruction set, as a table of functions. Plain pointers and
// numbers only: nothing here may leave an inline function behind that a linker could pick for an older processor.
#pragma once

#include <cstdint>

namespace spgrad::kernels {

/// The functions of the C library that libmvec has vectorised and that maps are offered for.
#define SPGRAD_LIBRARY_FUNCTIONS(F) \
  F(exp) F(expm1) F(log) F(log1p) F(sin) F(cos) F(tan) F(asin) F(atan) F(sinh) F(cosh) F(tanh) F(asinh) F(atanh)

/// Rows of views.hpp. cols >= 1.
template <class T>
struct PlainRows {
  T* own;
  T* ghost;
  std::int64_t own_rows, cols;
};

/// Majors begin .. end - 1 of Entries of views.hpp.
template <class T>
struct PlainEntries {
  const std::int64_t *begins, *ends;
  const std::int32_t* indices;
  const T* data;
  std::int64_t begin, end;
};

/// products.hpp and elementwise.hpp say what these compute.
template <class T>
struct HotKernels {
  using In = const PlainRows<const T>&;
  using Out = const PlainRows<T>&;
  void (*spmm)(const PlainEntries<T>& A, In X, T alpha, bool accumulate, Out out);
  void (*spmm_scatter)(const PlainEntries<T>& A, In X, T alpha, Out out);
  void (*sddmm)(const PlainEntries<T>& P, In X, In Y, T* out);
  void (*map[16])(const T* x, T* out, std::int64_t n);  // in the order of Unary
  T (*inner)(const T* x, const T* y, std::int64_t n);
  void (*logsumexp_rows)(const T* x, std::int64_t rows, std::int64_t k, T* out);
  void (*softmax_rows)(const T* x, const T* g, std::int64_t rows, std::int64_t k, T* out);
};

struct HotTable {
  const char* name;
  HotKernels<float> float32;
  HotKernels<double> float64;
};

namespace baseline {
const HotTable& table();
}
namespace avx2 {
const HotTable& table();
}
namespace avx512 {
const HotTable& table();
}

}  // namespace spgrad::kernels
