// expression.hpp: the expressions of golden cases, made into graphs: calls, names, literals, lists and keywords, no
// more.
#pragma once

#include <map>
#include <string>

#include "spgrad/op.hpp"

namespace spgrad::tests {

/// The expression needs a function, or operands of a function, that do not exist here.
struct NotThere : Error {
  using Error::Error;
};

/// The graph of an expression over these names. Throws NotThere; or the Error of an op that refuses its operands.
Var expression(const std::string& text, const std::map<std::string, Var>& names);

}  // namespace spgrad::tests
