// lists.hpp: integer vectors that name rows, columns or positions.
#pragma once

#include "src/ops/common.hpp"

namespace spgrad {

/// The indices of a list, as far as this rank has it; negative ones count from the end, as in NumPy.
std::vector<Index> counted_from_end(const Value& list, Index size);
/// The same; throws Error for one that a dimension of this size does not have.
std::vector<Index> listed_indices(const Value& list, Index size);

/// Which rows of an operand that lies as the list does go to rows begin, begin + 1, .. end - 1 of a dimension of this
/// size, by those.
struct RowAdded {
  Index to, from;
  auto operator<=>(const RowAdded&) const = default;
};
std::vector<RowAdded> rows_added(const Value& list, Index size, Index begin, Index end);
/// op.wants of the ops that add them: input 1 is the list.
std::vector<Index> wants_added(const WantContext& c, int k);

void require_list(const Var& list, std::string_view name);

}  // namespace spgrad
