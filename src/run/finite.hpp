// finite.hpp: NaN and infinity in values, for Program::check_nan. Integers and bools have none.
#pragma once

#include <optional>
#include <string>

#include "src/graph/run_context.hpp"

namespace spgrad {

bool all_finite(const Value& value);
bool all_finite(const Operand& operand);

/// The first element of this rank's part, by its place in memory; none if there is no such element.
std::optional<Index> find_nan(const Value& value);
std::optional<Index> find_not_finite(const Value& value);

/// "nan at (3, 4)": an element of this rank's part by its place in memory, and where it is in the whole.
std::string element_text(const Value& value, Index at);

/// Throws Error that names the operation, its operands and the element if the result of a run is not finite. Infinity
/// in a part of a maximum or minimum is what that of no elements is. `names`: of ghost rows.
void require_finite(const RunContext& context, const Operand& out, const Sparsity* names);

}  // namespace spgrad
