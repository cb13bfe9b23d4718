// Random ops: the same numbers on any number of ranks, in any layout and format; others for another draw.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "spgrad/distribute.hpp"
#include "spgrad/function.hpp"
#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"
#include "tests/support/layouts.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

using Numbers = std::vector<double>;
constexpr Index kRows = 40, kColumns = 30;

// About half of all positions, some twice, with means to either side of the change of method.
Value means(World& world, Format format, unsigned seed) {
  std::vector<Index> i, j;
  for (Index k = 0; k < kRows * kColumns && world.rank() == 0; ++k)
    for (Index copies = k % 7 == 0 ? 2 : k % 2; copies > 0; --copies)
      i.push_back(k / kColumns), j.push_back(k % kColumns);
  const Value x = Value::whole(DType::float64, {static_cast<Index>(i.size())});
  for (std::size_t p = 0; p < i.size(); ++p) x.data<double>()[p] = 0.25 * static_cast<double>(p % 90);
  const bool csr = format == Format::csr;
  const Cut cut{.major = random_layout(csr ? kRows : kColumns, world.size(), seed),
                .minor = random_layout(csr ? kColumns : kRows, world.size(), seed + 1)};
  return from_coo(world, format, {kRows, kColumns}, i, j, x, Duplicates::keep, cut);
}

// Row by row, whatever the value's own order.
Numbers numbers(World& world, const Value& v) {
  const Value whole = gather_all(world, cast(v, DType::float64));
  const std::span<const double> x = whole.data<double>();
  if (whole.shape().ndim() < 2 || whole.slow() == 0) return {x.begin(), x.end()};
  Numbers by_rows;
  for (Index i = 0; i < whole.shape()[0]; ++i)
    for (Index j = 0; j < whole.shape()[1]; ++j) by_rows.push_back(x[j * whole.shape()[0] + i]);
  return by_rows;
}

std::vector<Value> run(World& world, const Vars& outputs, const Vars& inputs, const std::vector<Value>& values) {
  Bindings bindings;
  for (std::size_t k = 0; k < inputs.size(); ++k) bindings.emplace_back(inputs[k]->name, values[k]);
  return compile({.inputs = inputs, .outputs = outputs, .updates = {}}, world)(bindings);
}

// All elements of what random ops make, row by row.
std::vector<Numbers> drawn(World& world, Format format, unsigned seed) {
  const Value A = means(world, format, seed);
  const Value D =
      Value::dense(DType::float64, {kRows, kColumns}, 0, random_layout(kRows, world.size(), seed), world.rank());
  std::ranges::fill(D.data<double>(), 1.0);
  const Var a = input("a", type_of(A)), d = input("d", type_of(D));
  const Vars made{dense_from_sparse(dropout(a, 0.3, 1)), dense_from_sparse(poisson(a, 2)),
                  dense_from_sparse(binomial(50, 0.4, {kRows, kColumns}, format, DType::float64, 3)),
                  dropout(d, 0.3, 4)};
  std::vector<Numbers> all;
  for (const Value& v : run(world, made, {a, d}, {A, D})) all.push_back(numbers(world, v));
  return all;
}

TEST(RandomOps, DrawTheSameOnAnyNumberOfRanksInAnyLayoutAndFormat) {
  std::vector<Numbers> first;  // of the first world, which has one rank or is one of several processes
  for_ranks([&first](World& world) {
    if (first.empty()) first = drawn(world, Format::csr, 1);
    for (const Format format : {Format::csr, Format::csc})
      for (const unsigned seed : {2U, 3U}) EXPECT_TRUE(drawn(world, format, seed) == first) << format << ' ' << seed;
  });
}

TEST(RandomOps, DrawAnewForEveryDraw) {
  for_ranks([](World& world) {
    const Value A = means(world, Format::csr, 5);
    const Var a = input("a", type_of(A)), draw = input("draw", {DType::int64, Format::dense, {}});
    const Var mask = csm_data(dropout(a, 0.5, 1, draw));
    Function f = compile({.inputs = {a, draw}, .outputs = {mask, sp_sum(poisson(a, 1, draw))}, .updates = {}}, world);
    const auto at = [&](Index k) { return f({{"a", A}, {"draw", Value::scalar_of<Index>(k)}}); };
    const auto first = at(0), again = at(0), second = at(1);
    EXPECT_EQ(numbers(world, first[0]), numbers(world, again[0]));
    EXPECT_EQ(numbers(world, first[1]), numbers(world, again[1]));
    EXPECT_NE(numbers(world, first[0]), numbers(world, second[0]));
    EXPECT_NE(numbers(world, first[1]), numbers(world, second[1]));
  });
}

TEST(Dropout, KeepsTheMeanAndHasItsMaskAsGradient) {
  for_ranks([](World& world) {
    const Index n = 100000;
    const Value X = Value::dense(DType::float64, {n}, 0, random_layout(n, world.size(), 6), world.rank());
    std::ranges::fill(X.data<double>(), 1.0);
    const Var x = input("x", type_of(X)), y = dropout(x, 0.2, 11);
    const auto r = run(world, {mean(y), y, grad(sum(y), x)}, {x}, {X});
    EXPECT_NEAR(r[0].scalar(), 1, 4 * std::sqrt(0.25 / static_cast<double>(n)));
    EXPECT_EQ(numbers(world, r[1]), numbers(world, r[2]));
  });
}

TEST(Multinomial, SharesOutAllTrialsInProportion) {
  for_ranks([](World& world) {
    const Value A = means(world, Format::csr, 7);
    const Var P = input("P", type_of(A)), counts = multinomial(Var(1000000), P, 12);
    const Var total = sp_sum(counts, 1), expected = mul(P, col(div(Var(1e6), sp_sum(P, 1))));
    const auto r = run(world, {total, csm_data(counts), csm_data(expected)}, {P}, {A});
    EXPECT_TRUE(r[1].sparsity() == nullptr);
    for (const double x : numbers(world, r[0])) EXPECT_EQ(x, 1e6);
    const Numbers got = numbers(world, r[1]), mean = numbers(world, r[2]);
    double chi = 0, cells = 0;
    for (std::size_t p = 0; p < got.size(); ++p) {
      EXPECT_EQ(got[p] == 0, mean[p] == 0);
      if (mean[p] == 0) continue;
      chi += (got[p] - mean[p]) * (got[p] - mean[p]) / mean[p];
      ++cells;
    }
    const double df = cells - static_cast<double>(kRows);
    EXPECT_NEAR(chi, df, 4 * std::sqrt(2 * df));
  });
}

std::string refusal(const std::function<void()>& make) {
  try {
    make();
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was refused";
}

TEST(RandomOps, RefuseWhatNoDistributionHas) {
  for_ranks([](World& world) {
    const Value A = means(world, Format::csr, 8);
    const Var a = input("a", type_of(A));
    const auto says = [&](const Var& out, const std::string& what) {
      const std::string said = refusal([&] { run(world, {out}, {a}, {A}); });
      EXPECT_NE(said.find(what), std::string::npos) << said;
    };
    says(poisson(neg(a), 1), "a mean is -");
    says(binomial(3, 1.5, {4, 4}, Format::csr, DType::float64, 1), "3 trials of probability 1.5");
    says(multinomial(-1, a, 1), "-1 trials are less than none");
    says(multinomial(1, neg(a), 1), "a probability is -");
    says(multinomial(1, mul(a, 0.0), 1), "all probabilities of a row are 0");
    EXPECT_NE(refusal([&] { dropout(a, 1.0, 1); }).find("p is 1 but"), std::string::npos);
    EXPECT_NE(refusal([&] { dropout(a, 0.5, 1, 2.5); }).find("draw must be an integer"), std::string::npos);
    EXPECT_NE(refusal([&] { multinomial(1, T(a), 1); }).find("P must be csr, not csc"), std::string::npos);
  });
}

}  // namespace
}  // namespace spgrad::tests
