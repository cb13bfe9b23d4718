// cut.hpp: dense operands and results that are cut as a sparse one is. A dimension of size 1 is never cut (it may be
// broadcast): a value that has one there is whole on every rank, and such a result is a partial whole, made by the one
// rank that has the row.
#pragma once

#include "src/ops/common.hpp"

namespace spgrad {

/// `rows`, unless that axis of the value has size 1.
inline Rows unless_one(const Type& dense, Rows rows) { return dense.shape[rows.axis] == 1 ? all() : rows; }

/// The dense result as rows along `axis`, own and then ghosts, for a spread whose result is unless_one(...).
template <class T>
kernels::Rows<T> result_rows(const RunContext& c, int axis) {
  if (c.out_rows().kind != Rows::kAll) return c.out_rows_along<T>(axis);
  return {c.out_data<T>().data(), nullptr, 1, 1, c.out().local_size()};
}

}  // namespace spgrad
