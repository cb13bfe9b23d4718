// Parts of matrices, and matrices of parts.
#include "tests/golden/functions.hpp"

namespace spgrad::tests {
namespace {

// The three arguments from k on.
Slice slice(const Arguments& a, std::size_t k) {
  return {a.at(k, "").integer, a.at(k + 1, "").integer, a.at(k + 2, "").integer.value_or(1)};
}

GoldenFunction stacked(Var (*f)(const Vars&, Format, std::optional<DType>)) {
  return [f](const Arguments& a) {
    Vars blocks;
    for (std::size_t k = 0; k < a.size(); ++k) blocks.push_back(a.var(k));
    const std::string dtype = a.at(a.size(), "dtype").word;
    return f(blocks, a.format(a.size(), Format::csc), dtype.empty() ? std::nullopt : std::optional(parse_dtype(dtype)));
  };
}

Index integer(const Arguments& a, std::size_t k, const char* name) {
  const auto given = a.at(k, name).integer;
  require(given.has_value(), name, " must be an integer");
  return *given;
}

}  // namespace

GoldenFunctions item_functions() {
  return {
      {"get_item_2d", [](const Arguments& a) { return get_item_2d(a.var(0), slice(a, 1), slice(a, 4)); }},
      {"get_item_scalar",
       [](const Arguments& a) { return get_item_scalar(a.var(0), integer(a, 1, "i"), integer(a, 2, "j")); }},
      {"get_item_list", binary(get_item_list)},
      {"get_item_2lists", [](const Arguments& a) { return get_item_2lists(a.var(0), a.var(1), a.var(2)); }},
      {"construct_sparse_from_list",
       [](const Arguments& a) { return construct_sparse_from_list(a.var(0), a.var(1), a.var(2)); }},
      {"vstack", stacked(vstack)},
      {"hstack", stacked(hstack)},
      {"block_diag", stacked([](const Vars& x, Format format, std::optional<DType>) { return block_diag(x, format); })},
  };
}

}  // namespace spgrad::tests
