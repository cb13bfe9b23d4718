// subscripts.hpp: x[...]
#pragma once

#include "src/lang/argument.hpp"

namespace spgrad::lang {

/// An index (a number, or a vector of integers), or first:stop:step.
struct Subscript {
  Argument first{}, stop{}, step{};
  bool slice = false;
};

/// x[i], x[i, j], with Python's meaning of negative numbers. A number takes its axis away; but a row or column of a
/// sparse matrix stays a matrix, as in SciPy. Two lists give the elements of their pairs. Throws Error.
Var item(const Var& x, const std::vector<Subscript>& subscripts);

}  // namespace spgrad::lang
