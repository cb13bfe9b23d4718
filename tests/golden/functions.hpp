// functions.hpp: the functions that expressions of golden cases call, by name, a file per family.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "spgrad/ops.hpp"
#include "tests/golden/expression.hpp"

namespace spgrad::tests {

/// A name stands for a Var, a list of integers for a Shape or for indices; None for nothing.
struct Argument {
  Var var{};
  std::optional<bool> flag{};
  std::optional<Index> integer{};
  std::string word{};
  std::vector<Index> list{};
};

class Arguments {
 public:
  std::vector<Argument> positional;
  std::map<std::string, Argument, std::less<>> named;

  std::size_t size() const { return positional.size(); }
  /// Argument k, which must be a value: a name, a call or a number.
  const Var& var(std::size_t k) const;
  bool sparse(std::size_t k) const { return var(k)->type.sparse(); }
  /// Given by name, or as argument k; nothing if it is neither.
  Argument at(std::size_t k, std::string_view name) const;
  std::optional<int> axis() const;  ///< argument 1
  /// As in format='csc'; csr or what is said if it is not given.
  Format format(std::size_t k, Format otherwise = Format::csr) const;
};

using UnaryFunction = Var (*)(const Var&);
using BinaryFunction = Var (*)(const Var&, const Var&);
using GoldenFunction = std::function<Var(const Arguments&)>;
using GoldenFunctions = std::map<std::string, GoldenFunction, std::less<>>;

GoldenFunction unary(UnaryFunction f);
GoldenFunction binary(BinaryFunction f);
/// Refuses two dense operands at x and x + 1: as in the reference there are others for them, d_add, d_matmul ...
GoldenFunction some_sparse(GoldenFunction f, std::size_t x = 0);
/// f(x, axis=None)
GoldenFunction reduction(Var (*f)(const Var&, std::optional<int>));

GoldenFunctions dense_functions();
GoldenFunctions item_functions();
GoldenFunctions element_functions();
GoldenFunctions product_functions();
GoldenFunctions sparse_functions();

/// All of them.
const GoldenFunctions& golden_functions();

}  // namespace spgrad::tests
