// sparse_rows.hpp: what the products of two sparse matrices share: the rows of the second factor, its own and its
// ghosts, whose minors are compacted each by itself, with one numbering of minors.
#pragma once

#include <algorithm>
#include <vector>

#include "src/kernels/spgemm.hpp"
#include "src/ops/cut.hpp"

namespace spgrad {

/// The minors of the entries of s by other numbers; those of s itself, not copied, where they are the same.
/// number_of(global minor) is the number.
template <class F>
Array<LocalIndex> renumbered(const Sparsity& s, F number_of) {
  std::vector<LocalIndex> numbers;
  numbers.reserve(static_cast<std::size_t>(s.local_minors()));
  bool same = true;
  for (LocalIndex l = 0; l < s.local_minors(); ++l) {
    numbers.push_back(static_cast<LocalIndex>(number_of(s.global_minor(l))));
    same = same && numbers.back() == l;
  }
  if (same) return s.indices;
  std::vector<LocalIndex> minors(s.indices.size());
  std::ranges::transform(s.indices, minors.begin(), [&](LocalIndex l) { return numbers[static_cast<std::size_t>(l)]; });
  return minors;
}

/// The minors of the own and of the ghost rows of an operand.
struct RowMinors {
  Array<LocalIndex> own, ghost;
};
template <class Context, class F>
RowMinors row_minors(const Context& c, int k, F number_of) {
  return {renumbered(*c.in(k).sparsity(), number_of), renumbered(*c.ghost(k).sparsity(), number_of)};
}

template <class T>
kernels::SparseRows<T> sparse_rows(const RunContext& c, int k, const RowMinors& minors) {
  return {{c.sparsity(k).indptr, minors.own, c.data<T>(k).data()},
          {c.ghost(k).sparsity()->indptr, minors.ghost, c.ghost(k).data<T>().data()}};
}

/// The compacted minor of s that has this global number, or s.local_minors() where it has none.
inline Index local_minor(const Sparsity& s, Index global) {
  if (const Index l = global - s.minor.begin(s.rank); l >= 0 && l < s.own_minors()) return l;
  const auto ghost = std::ranges::lower_bound(s.ghosts, global);
  return ghost != s.ghosts.end() && *ghost == global ? s.own_minors() + (ghost - s.ghosts.begin()) : s.local_minors();
}

/// A product of two sparse matrices that is made by the majors of `named`, `axis` of the result: of csr rows x names
/// rows of y; of csc columns y names columns of x.
struct SparsePair {
  int naming, named;
  int axis;
};
inline SparsePair sparse_pair(int axis) { return axis == 0 ? SparsePair{0, 1, 0} : SparsePair{1, 0, 1}; }
inline std::vector<Rows> operand_rows(const SparsePair& p) {
  std::vector<Rows> rows(2, own(p.axis));
  rows[static_cast<std::size_t>(p.named)] = ghost(p.naming, p.axis);
  return rows;
}

}  // namespace spgrad
