// lists.hpp: integer vectors that name rows, columns or positions.
#pragma once

#include "src/ops/common.hpp"

namespace spgrad {

/// The indices of a list, as far as this rank has it; negative ones count from the end, as in NumPy.
std::vector<Index> counted_from_end(const Value& list, Index size);
/// The same; throws Error for one that a dimension of this size does not have.
std::vector<Index> listed_indices(const Value& list, Index size);

void require_list(const Var& list, std::string_view name);

}  // namespace spgrad
