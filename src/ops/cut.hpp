// cut.hpp: dense operands and results that are cut as a sparse one is. A dimension of size 1 is never cut (it may be
// broadcast): a value that has one there is whole on every rank, and such a result is a partial whole, made by the one
// rank that has the row.
#pragma once

#include "src/ops/common.hpp"

namespace spgrad {

/// `rows`, unless that axis of the value has size 1.
inline Rows unless_one(const Type& dense, Rows rows) { return dense.shape[rows.axis] == 1 ? all() : rows; }

/// For a dense result that may be cut along either axis: make(A, out) for both, A's major axis first, where A is input
/// 0 cut alike, turned if that is not its own way. Where the result has one row, every rank makes a partial whole of
/// it.
template <class Make>
Spreads along_either_axis(const Node& n, Make make) {
  const int major = major_axis(n.in[0]->type);
  Spreads spreads;
  for (const int axis : {major, 1 - major}) spreads.push_back(make(own(axis), unless_one(n.type, own(axis))));
  return spreads;
}

/// The cut in which such an A has arrived.
inline int arrived_axis(const RunContext& c) { return c.in(0).cut(); }

/// The dense result as rows along `axis`, own and then ghosts, for a spread whose result is unless_one(...).
template <class T>
kernels::Rows<T> result_rows(const RunContext& c, int axis) {
  if (c.out_rows().kind != Rows::kAll) return c.out_rows_along<T>(axis);
  return {c.out_data<T>().data(), nullptr, 1, 1, c.out().local_size()};
}

}  // namespace spgrad
