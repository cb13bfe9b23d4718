// An op of a user's own, out of tree: the form is all there is to it.
#include <gtest/gtest.h>

#include <algorithm>

#include "spgrad/function.hpp"
#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"
#include "src/graph/run_context.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

constinit const Op cube{
    .name = "cube",
    .inputs = "x",
    .formula = "x^3",
    .doc = "Element by element.",
    .letters = "* -> *",
    .infer = [](const Node& n) { return n.in[0]->type; },
    .run =
        [](RunContext& c) {
          c.dispatch([&]<class T>() {
            if constexpr (std::is_floating_point_v<T>)
              std::ranges::transform(c.data<T>(0), c.out_data<T>().begin(), [](T x) { return x * x * x; });
          });
        },
    .spread = [](const Node&) -> Spreads {
      return {{{own(0)}, own(0)}, {{all()}, replica()}};
    },
    .vjp = [](const Var& out, const Var& g, int) { return g * (3.0 * sqr(out->in[0])); },
    .jvp = [](const Var& out, const Vars& t) { return t[0] * (3.0 * sqr(out->in[0])); },
    .accepts = kReal,
};

TEST(UserOp, RunsDistributedAndDifferentiatesTwice) {
  for_ranks([](World& world) {
    const Var x = input("x", {DType::float64, Format::dense, {5}});
    const Var cost = sum(cube(x)), slope = grad(cost, x), curvature = hvp(cost, {x}, {x})[0];
    Function f = compile({.inputs = {x}, .outputs = {cost, slope, curvature}, .updates = {}}, world);
    const Value data = Value::dense(DType::float64, {5}, 0, Layout::even(5, world.size()), world.rank());
    const Index first = data.layout().begin(world.rank());
    for (Index i = 0; i < data.local_rows(); ++i)
      data.data<double>()[static_cast<std::size_t>(i)] = static_cast<double>(first + i);
    const auto results = f({{"x", data}});
    EXPECT_EQ(results[0].scalar(), 0 + 1 + 8 + 27 + 64);
    for (Index i = 0; i < results[1].local_rows(); ++i) {
      const auto v = static_cast<double>(first + i);
      EXPECT_EQ(results[1].data<double>()[static_cast<std::size_t>(i)], 3 * v * v);
      EXPECT_EQ(results[2].data<double>()[static_cast<std::size_t>(i)], 6 * v * v);
    }
  });
}

TEST(UserOp, ComplaintsNameTheOpAndItsOperands) {
  const Var x = input("x", {DType::float64, Format::dense, {5}}), A = input("A", {DType::float64, Format::csr, {4, 3}});
  try {
    dot(A, x);
    FAIL() << "no error";
  } catch (const Error& e) {
    const std::string what = e.what();
    EXPECT_NE(what.find("dot(x y)"), std::string::npos) << what;
    EXPECT_NE(what.find("csr float64 (4 x 3)"), std::string::npos) << what;
    EXPECT_NE(what.find("dense float64 (5)"), std::string::npos) << what;
  }
}

}  // namespace
}  // namespace spgrad::tests
