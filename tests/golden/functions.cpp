#include "tests/golden/functions.hpp"

namespace spgrad::tests {

const Var& Arguments::var(std::size_t k) const {
  require(k < size() && static_cast<bool>(positional[k].var), "argument ", k, " must be a value");
  return positional[k].var;
}

Argument Arguments::at(std::size_t k, std::string_view name) const {
  const auto found = named.find(name);
  return found != named.end() ? found->second : k < size() ? positional[k] : Argument{};
}

std::optional<int> Arguments::axis() const {
  const auto given = at(1, "axis").integer;
  return given ? std::optional(static_cast<int>(*given)) : std::nullopt;
}

Format Arguments::format(std::size_t k, Format otherwise) const {
  const std::string word = at(k, "format").word;
  require(word == "csr" || word == "csc" || word.empty(), "no format ", word);
  return word.empty() ? otherwise : word == "csc" ? Format::csc : Format::csr;
}

GoldenFunction unary(UnaryFunction f) {
  return [f](const Arguments& a) { return f(a.var(0)); };
}

GoldenFunction binary(BinaryFunction f) {
  return [f](const Arguments& a) { return f(a.var(0), a.var(1)); };
}

GoldenFunction some_sparse(GoldenFunction f, std::size_t x) {
  return [f, x](const Arguments& a) {
    require(a.sparse(x) || a.sparse(x + 1), "one operand must be sparse");
    return f(a);
  };
}

GoldenFunction reduction(Var (*f)(const Var&, std::optional<int>)) {
  return [f](const Arguments& a) { return f(a.var(0), a.axis()); };
}

const GoldenFunctions& golden_functions() {
  static const GoldenFunctions table = [] {
    GoldenFunctions all;
    for (GoldenFunctions family :
         {dense_functions(), element_functions(), item_functions(), product_functions(), sparse_functions()})
      all.merge(family);
    return all;
  }();
  return table;
}

}  // namespace spgrad::tests
