// Gradients of sparse variables into which flow parts of both kinds.
#include "spgrad/grad.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace spgrad::tests
