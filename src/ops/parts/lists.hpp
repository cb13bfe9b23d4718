// lists.hpp: integer vectors that name rows, columns or positions.
#pragma once

#include "src/ops/common.hpp"

namespace spgrad {

void require_list(const Var& list, std::string_view name);

/// The indices of a list, as far as this rank has it; negative ones count from the end, as in NumPy.
std::vector<Index> counted_from_end(const Value& list, Index size);
/// The same; throws Error for one that a dimension of this size does not have.
std::vector<Index> listed_indices(const Value& list, Index size);
std::vector<Index> listed_indices(std::vector<Index> list, Index size);

/// Row `from` of an operand that is put in places is added to row `to` of the result.
struct RowAdded {
  Index to, from;
  auto operator<=>(const RowAdded&) const = default;
};
/// Those of the rows begin .. end - 1 of the result, ascending.
std::vector<RowAdded> rows_added(const Value& list, Index size, Index begin, Index end);

/// Of an op whose input 1 is a list of input 0's rows (or columns), or of those to which input 0's are added.
std::vector<Index> wants_listed(const WantContext& c, int k);
std::vector<Index> wants_added(const WantContext& c, int k);

/// The rows (columns) of dense input 0 are those that were listed, in that order.
inline bool have_come_as_listed(const RunContext& c, int axis) {
  return c.in(0).cut() == axis && c.out_rows() == own(axis);
}

}  // namespace spgrad
