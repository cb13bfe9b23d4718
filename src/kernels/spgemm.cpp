#include "src/kernels/spgemm.hpp"

#include <memory>

#include "src/kernels/arithmetic.hpp"
#include "src/kernels/sorted_set.hpp"

namespace spgrad::kernels {
namespace {

template <class T, class F>
void for_majors(const Entries<T>& A, const Poll& poll, F f) {
  for (Index i = 0; i < A.majors(); ++i) {
    f(i);
    if (i % 256 == 255) poll();
  }
}

// Zeros, one for each minor of a row.
template <class T>
std::unique_ptr<T[]> line(Index minors) {
  return std::make_unique<T[]>(static_cast<std::size_t>(minors));
}

template <class T>
void add_product(T& to, T a, T b) {
  to = sum(to, product(a, b));
}

// to[minor] += a times what is stored there
template <class T>
void add_row(T a, const SparseRow<T>& b, T* to) {
  for (Index q = 0; q < b.size; ++q) add_product(to[b.minors[q]], a, b.data[q]);
}

// to += row i of A B
template <class T>
void add_product_row(const Entries<T>& A, Index i, const SparseRows<T>& B, T* to) {
  for (Index p = A.indptr[i]; p < A.indptr[i + 1]; ++p) add_row(A.data[p], B.row(A.indices[p]), to);
}

template <class T>
T inner(const SparseRow<T>& x, const T* y) {
  T xy{};
  for (Index q = 0; q < x.size; ++q) add_product(xy, x.data[q], y[x.minors[q]]);
  return xy;
}

// out[p] = P.data[p] * f(minor) for every entry of major i
template <class T, class F>
void sample_row(const Entries<T>& P, Index i, T* out, F f) {
  for (Index p = P.indptr[i]; p < P.indptr[i + 1]; ++p) {
    const T xy = f(P.indices[p]);
    out[p] = P.data == nullptr ? xy : product(P.data[p], xy);
  }
}

}  // namespace

ProductPattern spgemm_pattern(const Entries<bool>& A, const SparseRows<bool>& B, Index minors, Poll poll) {
  ProductPattern C;
  C.indptr.reserve(A.indptr.size());
  SortedSet row(minors);
  for_majors(A, poll, [&](Index i) {
    for (Index p = A.indptr[i]; p < A.indptr[i + 1]; ++p) {
      const SparseRow<bool> b = B.row(A.indices[p]);
      for (Index q = 0; q < b.size; ++q) row.insert(b.minors[q]);
    }
    row.drain([&](Index l) { C.minors.push_back(static_cast<LocalIndex>(l)); });
    C.indptr.push_back(static_cast<Index>(C.minors.size()));
  });
  return C;
}

template <class T>
void spgemm(const Entries<T>& A, const SparseRows<T>& B, const Entries<T>& C, Index minors, T* out, Poll poll) {
  const auto row = line<T>(minors);
  for_majors(A, poll, [&](Index i) {
    add_product_row(A, i, B, row.get());
    for (Index p = C.indptr[i]; p < C.indptr[i + 1]; ++p) out[p] = std::exchange(row[C.indices[p]], T{});
  });
}

template <class T>
void spgemm_dense(const Entries<T>& A, const SparseRows<T>& B, const Rows<T>& out, Poll poll) {
  for_majors(A, poll, [&](Index i) { add_product_row(A, i, B, out.row(i)); });
}

template <class T>
void sddmm(const Entries<T>& P, const Entries<T>& X, const SparseRows<T>& Y, Index columns, T* out, Poll poll) {
  const auto x = line<T>(columns);
  for_majors(P, poll, [&](Index i) {
    for (Index q = X.indptr[i]; q < X.indptr[i + 1]; ++q) x[X.indices[q]] = sum(x[X.indices[q]], X.data[q]);
    sample_row(P, i, out, [&](LocalIndex j) { return inner<T>(Y.row(j), x.get()); });
    for (Index q = X.indptr[i]; q < X.indptr[i + 1]; ++q) x[X.indices[q]] = T{};
  });
}

template <class T>
void sddmm(const Entries<T>& P, const Rows<const T>& X, const SparseRows<T>& Y, T* out, Poll poll) {
  for_majors(P, poll,
             [&](Index i) { sample_row(P, i, out, [&](LocalIndex j) { return inner<T>(Y.row(j), X.row(i)); }); });
}

template <class T>
void sddmm(const Entries<T>& P, const Entries<T>& X, const Rows<const T>& Y, T* out, Poll poll) {
  const SparseRows<T> rows{X, {}};
  for_majors(P, poll, [&](Index i) {
    sample_row(P, i, out, [&, x = rows.row(i)](LocalIndex j) { return inner<T>(x, Y.row(j)); });
  });
}

#define SPGRAD_INSTANTIATE(T)                                                                        \
  template void spgemm(const Entries<T>&, const SparseRows<T>&, const Entries<T>&, Index, T*, Poll); \
  template void spgemm_dense(const Entries<T>&, const SparseRows<T>&, const Rows<T>&, Poll);         \
  template void sddmm(const Entries<T>&, const Entries<T>&, const SparseRows<T>&, Index, T*, Poll);  \
  template void sddmm(const Entries<T>&, const Rows<const T>&, const SparseRows<T>&, T*, Poll);      \
  template void sddmm(const Entries<T>&, const Entries<T>&, const Rows<const T>&, T*, Poll);
SPGRAD_EVERY_DTYPE(SPGRAD_INSTANTIATE)
#undef SPGRAD_INSTANTIATE

}  // namespace spgrad::kernels
