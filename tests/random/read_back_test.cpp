// What is printed of a graph, and of its derivatives, reads back as the same graph: of every op and of random ones.
#include <gtest/gtest.h>

#include "spgrad/grad.hpp"
#include "spgrad/parse.hpp"
#include "tests/random/composition.hpp"
#include "tests/support/seeds.hpp"

namespace spgrad::tests {
namespace {

void expect_read_back(const Var& x, const Names& names) {
  if (names.contains(x->name)) return;
  const std::string printed = to_string({x});
  try {
    const std::string again = to_string({parse_statements(printed, names).back().second});
    EXPECT_TRUE(again == printed) << again << "\nis not\n" << printed;
  } catch (const Error& e) {
    ADD_FAILURE() << e.what() << "\nin\n" << printed;
  }
}

TEST(ReadBack, IsTheGraphOfEveryOpAndOfItsGradients) {
  for (const Format format : {Format::csr, Format::csc})
    for (const OpCase& row : op_cases()) {
      SCOPED_TRACE(testing::Message() << row);
      Make make({.format = format});
      const Var x = row.apply(make);
      Names names;
      Vars wrt;
      for (const Make::Input& i : make.inputs()) {
        names[i.var->name] = i.var;
        if (!is_integer(i.var->type.dtype)) wrt.push_back(i.var);
      }
      expect_read_back(x, names);
      if (is_integer(x->type.dtype) || wrt.empty()) continue;
      const Var w = names["w"] = input("w", x->type);
      for (const Var& g : vjp({x}, {w}, wrt, {.disconnected = Disconnected::zeros}))
        if (g) expect_read_back(g, names);
    }
}

TEST(ReadBack, IsTheGraphOfARandomCompositionAndOfItsGradients) {
  const auto [first, count] = seeds_or({.first = 1, .count = 300});
  for (unsigned seed = first; seed - first < count; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Composition composition(seed);
    std::vector<std::size_t> last{composition.terms().size() - 1};
    const Var cost = composition.cost_of(last);
    Names names;
    Vars wrt;
    for (const Make::Input& i : composition.made().inputs()) {
      names[i.var->name] = i.var;
      if (!is_integer(i.var->type.dtype)) wrt.push_back(i.var);
    }
    expect_read_back(cost, names);
    if (wrt.empty()) continue;
    for (const Var& g : grad(cost, wrt, {.disconnected = Disconnected::zeros, .structured = true}))
      if (g) expect_read_back(g, names);
  }
}

}  // namespace
}  // namespace spgrad::tests
