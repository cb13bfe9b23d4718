// products.hpp: sparse-dense products (SpMM and its transpose, SDDMM) and the dense product. Instantiated for every
// DType; float32 and float64 have versions for AVX2 and AVX-512 that are chosen when the program starts.
#pragma once

#include "src/kernels/views.hpp"

namespace spgrad::kernels {

/// out[i,:] = (accumulate ? out[i,:] : 0) + alpha * sum over entries p of major i of data[p] * X[indices[p],:]
/// A row's products are added in stored order. X: minors x k, out: majors x k.
template <class T>
void spmm(const Entries<T>& A, const Rows<const T>& X, T alpha, bool accumulate, const Rows<T>& out, Poll poll = {});

/// out[indices[p],:] += alpha * data[p] * X[i,:] for every entry p of every major i, in stored order.
/// X: majors x k, out: minors x k; the caller sets out first.
template <class T>
void spmm_scatter(const Entries<T>& A, const Rows<const T>& X, T alpha, const Rows<T>& out, Poll poll = {});

/// out[p] = P.data[p] * <X[i,:], Y[indices[p],:]> for every entry p of major i (no conjugation). P.data may be null:
/// ones.
template <class T>
void sddmm(const Entries<T>& P, const Rows<const T>& X, const Rows<const T>& Y, T* out, Poll poll = {});

/// C = A B, or C += A B if accumulate; A is m x n, B n x k. lda etc. are the distances of rows (`a_slow` 0: row-major)
/// or of columns (1: column-major). BLAS for float and complex types, a plain loop for the others.
template <class T>
struct DenseBlock {
  T* data;
  Index rows, cols;
  int slow = 0;  ///< 0: row-major, 1: column-major; contiguous
};
template <class T>
void gemm(const DenseBlock<const T>& A, const DenseBlock<const T>& B, bool accumulate, const DenseBlock<T>& C);

}  // namespace spgrad::kernels
