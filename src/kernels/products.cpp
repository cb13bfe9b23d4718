#include "src/kernels/products.hpp"

#include <algorithm>

#include "src/kernels/arithmetic.hpp"
#include "src/kernels/isa.hpp"

namespace spgrad::kernels {
namespace {

template <class T>
PlainRows<T> plain(const Rows<T>& rows) {
  return {rows.own, rows.ghost, rows.own_rows, rows.cols};
}

template <class T>
PlainEntries<T> plain(const Entries<T>& A, Index begin, Index end) {
  return {A.begins.data(), A.ends.data(), A.indices.data(), A.data, begin, end};
}

// Calls f(begin, end) for blocks of majors of about 2^14 multiplications, so that the rows they touch are still in the
// cache when a kernel comes back for the next columns, and poll after every fourth.
template <class T, class F>
void for_blocks(const Entries<T>& A, Index cols, const Poll& poll, F f) {
  const Index entries = std::max<Index>((1 << 14) / std::max<Index>(cols, 1), 1);
  int blocks = 0;
  for (Index begin = 0, end = 0; begin < A.majors(); begin = end) {
    for (Index n = 0; end < A.majors() && end - begin < entries && n < entries; ++end) n += A.ends[end] - A.begins[end];
    f(begin, end);
    if (++blocks % 4 == 0) poll();
  }
}

// y[c] += a x[c]
template <class T>
void axpy(Index n, T a, const T* x, T* y) {
  for (Index c = 0; c < n; ++c) y[c] = sum(y[c], product(a, x[c]));
}

template <class T>
void spmm_row(const Entries<T>& A, Index i, const Rows<const T>& X, T alpha, bool accumulate, T* out) {
  constexpr Index kStrip = 64;
  for (Index first = 0; first < X.cols; first += kStrip) {
    const Index n = std::min(kStrip, X.cols - first);
    T total[kStrip] = {};
    for (Index p = A.begins[i]; p < A.ends[i]; ++p) axpy(n, A.data[p], X.row(A.indices[p]) + first, total);
    if (!accumulate) std::fill_n(out + first, n, T{});
    axpy(n, alpha, total, out + first);
  }
}

template <class T>
T dot(Index n, const T* x, const T* y) {
  T total{};
  for (Index c = 0; c < n; ++c) total = sum(total, product(x[c], y[c]));
  return total;
}

}  // namespace

template <class T>
void spmm(const Entries<T>& A, const Rows<const T>& X, T alpha, bool accumulate, const Rows<T>& out, Poll poll) {
  if (X.cols == 0) return;
  for_blocks(A, X.cols, poll, [&](Index begin, Index end) {
    if constexpr (is_hot_v<T>)
      hot<T>().spmm(plain(A, begin, end), plain(X), alpha, accumulate, plain(out));
    else
      for (Index i = begin; i < end; ++i) spmm_row(A, i, X, alpha, accumulate, out.row(i));
  });
}

template <class T>
void spmm_scatter(const Entries<T>& A, const Rows<const T>& X, T alpha, const Rows<T>& out, Poll poll) {
  if (X.cols == 0) return;
  for_blocks(A, X.cols, poll, [&](Index begin, Index end) {
    if constexpr (is_hot_v<T>)
      hot<T>().spmm_scatter(plain(A, begin, end), plain(X), alpha, plain(out));
    else
      for (Index i = begin; i < end; ++i)
        for (Index p = A.begins[i]; p < A.ends[i]; ++p)
          axpy(X.cols, product(alpha, A.data[p]), X.row(i), out.row(A.indices[p]));
  });
}

template <class T>
void sddmm(const Entries<T>& P, const Rows<const T>& X, const Rows<const T>& Y, T* out, Poll poll) {
  for_blocks(P, X.cols, poll, [&](Index begin, Index end) {
    if constexpr (is_hot_v<T>)
      if (X.cols > 0) return hot<T>().sddmm(plain(P, begin, end), plain(X), plain(Y), out);
    for (Index i = begin; i < end; ++i)
      for (Index p = P.begins[i]; p < P.ends[i]; ++p) {
        const T xy = dot(X.cols, X.row(i), Y.row(P.indices[p]));
        out[p] = P.data == nullptr ? xy : product(P.data[p], xy);
      }
  });
}

#define SPGRAD_INSTANTIATE(T)                                                                   \
  template void spmm(const Entries<T>&, const Rows<const T>&, T, bool, const Rows<T>&, Poll);   \
  template void spmm_scatter(const Entries<T>&, const Rows<const T>&, T, const Rows<T>&, Poll); \
  template void sddmm(const Entries<T>&, const Rows<const T>&, const Rows<const T>&, T*, Poll);
SPGRAD_EVERY_DTYPE(SPGRAD_INSTANTIATE)
#undef SPGRAD_INSTANTIATE

}  // namespace spgrad::kernels
