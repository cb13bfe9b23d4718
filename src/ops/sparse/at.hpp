// at.hpp: a dense value, broadcast to a matrix, read at the stored positions of a sparse one.
#pragma once

#include <algorithm>

#include "src/ops/cut.hpp"

namespace spgrad {

/// Along which axes of the matrix P a dense g has more than one element, in P's words major and minor, and the axis of
/// g that a rank has rows of.
struct DenseAt {
  enum Kind : std::uint8_t { kScalar, kMajor, kMinor, kFull } kind;
  int axis;
};
DenseAt dense_at(const Type& P, const Type& g);

/// The rows of the dense g that a rank needs for its stored entries of input k, which is P.
Rows rows_at(const Type& P, const Type& g, int k);

/// What U, on P's Sparsity, says about a g that at(P, g) has read: summed over the axes along which g was broadcast.
/// Where there are none it is U itself.
Var unbroadcast(const Var& U, const Var& g);

/// f(p, g at the position of p) for every stored entry p of input k; `g` is the number of the dense input.
template <class T, class F>
void for_entries_at(RunContext& c, int k, int g, F f) {
  const Sparsity& s = c.sparsity(k);
  const DenseAt at =
      dense_at(c.node().in[static_cast<std::size_t>(k)]->type, c.node().in[static_cast<std::size_t>(g)]->type);
  const LocalIndex* const minor = s.indices.data();
  const Index n = s.local_nnz();
  if (at.kind == DenseAt::kScalar) {
    const T x = c.data<T>(g)[0];
    for (Index p = 0; p < n; ++p) f(p, x);
    return;
  }
  const auto rows = c.rows<T>(g, at.axis);
  if (at.kind == DenseAt::kMinor) {
    if (rows.rows == rows.own_rows)
      for (Index p = 0; p < n; ++p) f(p, rows.own[minor[p]]);
    else
      for (Index p = 0; p < n; ++p) f(p, *rows.row(minor[p]));
    return;
  }
  for (Index i = 0; i < s.local_majors(); ++i) {
    const T* const row = rows.row(i);
    const Index begin = s.indptr[i], end = s.indptr[i + 1];
    if (at.kind == DenseAt::kMajor)
      for (Index p = begin; p < end; ++p) f(p, *row);
    else
      for (Index p = begin; p < end; ++p) f(p, row[s.global_minor(minor[p])]);
  }
}

}  // namespace spgrad
