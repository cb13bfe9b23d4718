// spgemm.hpp: products of two sparse matrices, row by row (Gustavson): row i of A B is the sum of the rows of B that
// row i of A names. Instantiated for every DType.
#pragma once

#include <vector>

#include "src/kernels/views.hpp"

namespace spgrad::kernels {

/// One row of a sparse matrix: `size` entries.
template <class T>
struct SparseRow {
  const LocalIndex* minors;
  const T* data;
  Index size;
};

/// Rows of a sparse matrix, the first own.majors() in one place and the others in another; both number minors alike.
template <class T>
struct SparseRows {
  Entries<T> own, ghost;

  SparseRow<T> row(Index i) const {
    const bool owned = i < own.majors();
    const Entries<T>& e = owned ? own : ghost;
    const Index k = owned ? i : i - own.majors(), begin = e.begins[k];
    return {e.indices.data() + begin, e.data == nullptr ? nullptr : e.data + begin, e.ends[k] - begin};
  }
};

/// Offsets and minors of a product, which ascend and are there once.
struct ProductPattern {
  std::vector<Index> indptr{0};
  std::vector<LocalIndex> minors;
};
/// The pattern of A B, of which no values are read. B's minors are below `minors`.
ProductPattern spgemm_pattern(const Entries<bool>& A, const SparseRows<bool>& B, Index minors, Poll poll = {});

/// out = the values of A B at C's entries, C the pattern of the product or one that has all of it. C.data is not read.
template <class T>
void spgemm(const Entries<T>& A, const SparseRows<T>& B, const Entries<T>& C, Index minors, T* out, Poll poll = {});

/// out += A B
template <class T>
void spgemm_dense(const Entries<T>& A, const SparseRows<T>& B, const Rows<T>& out, Poll poll = {});

/// out[p] = P.data[p] * (A B)[i, indices[p]]: of the product no more than P has. P.data may be null: ones.
template <class T>
void spgemm_sampled(const Entries<T>& P, const Entries<T>& A, const SparseRows<T>& B, Index minors, T* out,
                    Poll poll = {});

/// As sddmm, out[p] = P.data[p] * <X[i,:], Y[indices[p],:]>, with sparse factors. P.data may be null: ones. Where both
/// are sparse, their columns are below `columns`, and the longer rows are read once and not for every entry.
template <class T>
void sddmm(const Entries<T>& P, const Entries<T>& X, const SparseRows<T>& Y, Index columns, T* out, Poll poll = {});
template <class T>
void sddmm(const Entries<T>& P, const Rows<const T>& X, const SparseRows<T>& Y, T* out, Poll poll = {});
template <class T>
void sddmm(const Entries<T>& P, const Entries<T>& X, const Rows<const T>& Y, T* out, Poll poll = {});

}  // namespace spgrad::kernels
