// Gradients into which flow parts of both kinds; what grad refuses, and says of it; its options.
#include "spgrad/grad.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "spgrad/function.hpp"
#include "spgrad/ops.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

// [a, b; 0, c], and the entry a in two parts if `twice`.
Value matrix(World& world, bool twice) {
  const bool first = world.rank() == 0;
  const std::vector<Index> i{0, 0, 0, 1}, j{0, 0, 1, 1};
  const std::size_t skip = twice ? 0 : 1, count = first ? i.size() - skip : 0;
  const auto n = static_cast<Index>(count);
  const Value x = Value::whole(DType::float64, {n});
  for (std::size_t p = 0; p < count; ++p) x.data<double>()[p] = static_cast<double>(p + skip + 1);
  return from_coo(world, Format::csr, {2, 2}, std::span(i).subspan(skip, count), std::span(j).subspan(skip, count), x,
                  Duplicates::keep);
}

const Var A = input("A", {DType::float64, Format::csr, {2, 2}});
const Var both_kinds = sp_sum(sqr(A)) + sum(dot(A, constant(full({2, 2}, 1.0))));

TEST(Gradient, IsRegularWhereAPartOfItIsAndStructuredOnRequest) {
  on_ranks(2, [](World& world) {
    Function f = compile({.inputs = {A},
                          .outputs = {dense_from_sparse(grad(both_kinds, Vars{A}, {.structured = true})[0]),
                                      add(grad(both_kinds, A), 0.0)},
                          .updates = {}},
                         world);
    const auto g = f({{"A", matrix(world, false)}});
    const auto elements = [&](const Value& v) {
      const Value all = gather_all(world, v);
      return std::vector(all.data<double>().begin(), all.data<double>().end());
    };
    EXPECT_EQ(elements(g[0]), (std::vector<double>{6, 8, 0, 10}));
    EXPECT_EQ(elements(g[1]), (std::vector<double>{6, 8, 2, 10}));
  });
}

TEST(Gradient, OfBothKindsIsRefusedWhereAPositionIsStoredTwice) {
  on_ranks(2, [](World& world) {
    Function regular = compile({.inputs = {A}, .outputs = {grad(both_kinds, A)}, .updates = {}}, world);
    try {
      regular({{"A", matrix(world, true)}});
      ADD_FAILURE() << "a gradient that no matrix can hold was returned";
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find("structured gradients"), std::string::npos) << e.what();
    }
    const Var g = grad(both_kinds, Vars{A}, {.structured = true})[0];
    Function structured = compile({.inputs = {A}, .outputs = {g}, .updates = {}}, world);
    const Value entries = structured({{"A", matrix(world, true)}})[0];
    if (world.rank() != 0) return;
    const auto x = entries.data<double>();
    EXPECT_EQ(std::vector(x.begin(), x.begin() + 3), (std::vector<double>{4, 6, 8}));
  });
}

const Var x = input("x", {DType::float64, Format::dense, {3}}), y = input("y", {DType::float64, Format::dense, {3}});

void expect_refusal(const std::function<void()>& make, const std::string& what) {
  try {
    make();
    ADD_FAILURE() << "not refused: " << what;
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find(what), std::string::npos) << e.what();
  }
}

TEST(Gradient, WithRespectToIntegersAndBoolsIsRefusedByName) {
  const Var i = input("i", {DType::int64, Format::dense, {3}}), b = input("b", {DType::bool_, Format::dense, {3}});
  expect_refusal([&] { grad(sum(mul(x, i)), i); },
                 "no gradient with respect to i, a dense int64 (3): int64 is neither real nor complex");
  expect_refusal([&] { grad(sum(mul(x, b)), b); },
                 "no gradient with respect to b, a dense bool (3): bool is neither real nor complex");
}

TEST(Gradient, OfACostThatIsNoRealScalarSaysWhatToDo) {
  const Var z = input("z", {DType::complex128, Format::dense, {3}}), i = input("i", {DType::int32, Format::dense, {3}});
  expect_refusal([&] { grad(sqr(x), x); }, "must be a scalar, not dense float64 (3); sum it");
  expect_refusal([&] { grad(sum(z), z); }, "must be real, not complex128; take its real part");
  expect_refusal([&] { grad(sum(i), x); }, "must be real, not int64, which has no derivative");
}

TEST(Gradient, OfADisconnectedCostNamesWhatStandsBetween) {
  const Var equal = cast(eq(x, y), DType::float64);
  expect_refusal([&] { grad(sum(sqr(y)), x); }, "does not depend on x, a dense float64 (3); ask for");
  expect_refusal([&] { grad(sum(mul(equal, 2.0)), x); },
                 "does not depend on x, a dense float64 (3), in a way that has a derivative: eq stands between");
  expect_refusal([&] { grad(sum(add(equal, stop_gradient(x))), x); }, "eq, stop_gradient stand between");
  expect_refusal([&] { grad(sum(cast(cast(x, DType::int64), DType::float64)), x); }, "cast stands between");
  expect_refusal([&] { grad(sum(where(x, y, 0.0)), x); }, "neq stands between");
  const Var twice = mul(x, 2.0);
  expect_refusal([&] { grad(sum(twice), Vars{x}, {.consider_constant = {twice}}); }, "mul stands between");
}

std::vector<double> values_of(const Vars& outputs) {
  std::vector<double> all;
  on_ranks(1, [&](World& world) {
    const Value of_x = Value::whole(DType::float64, {3}), of_y = Value::whole(DType::float64, {3});
    std::ranges::copy(std::vector<double>{1, 2, 3}, of_x.data<double>().begin());
    std::ranges::copy(std::vector<double>{4, 5, 6}, of_y.data<double>().begin());
    Function f = compile({.inputs = {x, y}, .outputs = outputs, .updates = {}}, world);
    for (const Value& v : f({{"x", of_x}, {"y", of_y}})) {
      const Value whole = gather_all(world, v);
      all.insert(all.end(), whole.data<double>().begin(), whole.data<double>().end());
    }
  });
  return all;
}

TEST(Gradient, TakesKnownGradientsInPlaceOfWhatFlows) {
  const Var z = sqr(x);
  EXPECT_EQ(values_of({grad(sum(mul(z, y)), Vars{x}, {.known_grads = {{z, y - 3.0}}})[0]}),
            (std::vector<double>{2, 8, 18}));
}

TEST(Gradient, DoesNotFlowThroughWhatIsConsideredConstant) {
  const Var z = sqr(x);
  EXPECT_EQ(values_of({grad(sum(mul(z, x)), Vars{x}, {.consider_constant = {z}})[0]}), (std::vector<double>{1, 4, 9}));
}

TEST(Gradient, OfADisconnectedVariableIsZeroOnRequest) {
  EXPECT_EQ(values_of(grad(sum(x), Vars{x, y}, {.disconnected = Disconnected::zeros})),
            (std::vector<double>{1, 1, 1, 0, 0, 0}));
}

}  // namespace
}  // namespace spgrad::tests
