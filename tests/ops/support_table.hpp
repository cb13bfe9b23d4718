// support_table.hpp: the page of operations, from their forms and from what the rows of op_cases.hpp claim: a claim
// that no test makes does not appear.
#pragma once

#include <string>

namespace spgrad::tests {

/// Markdown, a line a row of the op table.
std::string support_table();

}  // namespace spgrad::tests
