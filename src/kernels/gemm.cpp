#include <cblas.h>
#include <dlfcn.h>

#include <algorithm>
#include <climits>
#include <cstdlib>

#include "spgrad/error.hpp"
#include "src/kernels/arithmetic.hpp"
#include "src/kernels/products.hpp"

namespace spgrad::kernels {
namespace {

// Ranks share the cores of a machine, so each computes on one thread: OpenBLAS would start one per core in every rank.
// Whoever says otherwise in the environment has it so; other BLAS libraries lack the function.
void use_one_thread() {
  static const bool once = [] {
    if (std::getenv("OPENBLAS_NUM_THREADS") != nullptr || std::getenv("OMP_NUM_THREADS") != nullptr) return true;
    if (void* f = dlsym(RTLD_DEFAULT, "openblas_set_num_threads")) reinterpret_cast<void (*)(int)>(f)(1);
    return true;
  }();
  static_cast<void>(once);
}

template <class T>
Index stride(const DenseBlock<T>& A) {
  return std::max<Index>(A.slow == 0 ? A.cols : A.rows, 1);
}

template <class T>
void blas(const DenseBlock<const T>& A, const DenseBlock<const T>& B, bool accumulate, const DenseBlock<T>& C) {
  for (const Index n : {A.rows, A.cols, B.cols})
    require(n <= INT_MAX, "BLAS takes sizes up to ", INT_MAX, ", but a matrix of this product has ", n,
            " rows or columns");
  use_one_thread();
  const auto order = C.slow == 0 ? CblasRowMajor : CblasColMajor;
  const auto turned = [&](int slow) { return slow == C.slow ? CblasNoTrans : CblasTrans; };
  const auto call = [&](auto gemm, auto one, auto beta) {
    gemm(order, turned(A.slow), turned(B.slow), static_cast<int>(A.rows), static_cast<int>(B.cols),
         static_cast<int>(A.cols), one, A.data, static_cast<int>(stride(A)), B.data, static_cast<int>(stride(B)), beta,
         C.data, static_cast<int>(stride(C)));
  };
  const T one(1), beta(accumulate ? 1 : 0);
  if constexpr (std::is_same_v<T, float>)
    call(cblas_sgemm, one, beta);
  else if constexpr (std::is_same_v<T, double>)
    call(cblas_dgemm, one, beta);
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    call(cblas_cgemm, &one, &beta);
  else
    call(cblas_zgemm, &one, &beta);
}

// C += A B for a row-major C.
template <class T>
void loop(const DenseBlock<const T>& A, const DenseBlock<const T>& B, const DenseBlock<T>& C) {
  const Index a_row = A.slow == 0 ? A.cols : 1, a_col = A.slow == 0 ? 1 : A.rows;
  const Index b_row = B.slow == 0 ? B.cols : 1, b_col = B.slow == 0 ? 1 : B.rows;
  for (Index i = 0; i < A.rows; ++i)
    for (Index p = 0; p < A.cols; ++p) {
      const T a = A.data[i * a_row + p * a_col];
      for (Index j = 0; j < B.cols; ++j) {
        T& c = C.data[i * B.cols + j];
        c = sum(c, product(a, B.data[p * b_row + j * b_col]));
      }
    }
}

// The transpose of what lies there.
template <class T>
DenseBlock<T> turned(const DenseBlock<T>& A) {
  return {A.data, A.cols, A.rows, 1 - A.slow};
}

}  // namespace

template <class T>
void gemm(const DenseBlock<const T>& A, const DenseBlock<const T>& B, bool accumulate, const DenseBlock<T>& C) {
  require(A.cols == B.rows && C.rows == A.rows && C.cols == B.cols, "a product of (", A.rows, " x ", A.cols, ") and (",
          B.rows, " x ", B.cols, ") does not fit into (", C.rows, " x ", C.cols, ")");
  if (C.rows == 0 || C.cols == 0) return;
  constexpr bool has_blas = std::is_floating_point_v<T> || is_complex_v<T>;
  if (!accumulate && (!has_blas || A.cols == 0)) std::fill_n(C.data, C.rows * C.cols, T{});
  if (A.cols == 0) return;
  if constexpr (has_blas)
    blas(A, B, accumulate, C);
  else if (C.slow == 0)
    loop(A, B, C);
  else
    loop(turned(B), turned(A), turned(C));
}

#define SPGRAD_INSTANTIATE(T) \
  template void gemm(const DenseBlock<const T>&, const DenseBlock<const T>&, bool, const DenseBlock<T>&);
SPGRAD_EVERY_DTYPE(SPGRAD_INSTANTIATE)
#undef SPGRAD_INSTANTIATE

}  // namespace spgrad::kernels
