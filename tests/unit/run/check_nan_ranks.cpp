// Program::check_nan: the operation that makes the first NaN or infinity is named, on all ranks alike.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "spgrad/function.hpp"
#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/unit/run/regression.hpp"

namespace spgrad::tests {
namespace {

constexpr Index kSize = 12;
constexpr double kLarge = 1e308;

Value vector(World& world, double x) {
  const Value v = Value::dense(DType::float64, {kSize}, 0, Layout::even(kSize, world.size()), world.rank());
  std::ranges::fill(v.data<double>(), x);
  return v;
}
Value vector_with(World& world, double x, Index at, double there) {
  const Value v = vector(world, x);
  const Index local = at - v.layout().begin(world.rank());
  if (local >= 0 && local < v.local_size()) v.data<double>()[static_cast<std::size_t>(local)] = there;
  return v;
}

std::string complaint(World& world, const Vars& inputs, const Vars& outputs, const Bindings& values) {
  Function f = compile({.inputs = inputs, .outputs = outputs, .updates = {}, .check_nan = true}, world);
  try {
    f(values);
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::other);
    return e.what();
  }
  return {};
}

void expect_words(const std::string& what, std::initializer_list<std::string> words) {
  for (const std::string& word : words)
    EXPECT_NE(what.find(word), std::string::npos) << "no " << word << " in " << what;
}

TEST(CheckNan, NamesTheOperationThePlaceAndTheOperands) {
  for_ranks([](World& world) {
    const Var v = input("v", {DType::float64, Format::dense, {kSize}});
    const std::string owner = world.size() == 1 ? "" : text("rank ", Layout::even(kSize, world.size()).owner(7), ": ");
    const std::string what = complaint(world, {v}, {sum(sqr(log(v)))}, {{"v", vector_with(world, 2, 7, 0)}});
    expect_words(what, {owner + "log makes", "-inf at (7)", "dense float64 (12), v"});
    expect_words(complaint(world, {v}, {sum(sqrt(v))}, {{"v", vector_with(world, 2, 3, -1)}}), {"sqrt", "nan at (3)"});
  });
}

TEST(CheckNan, FindsTheFirstOfManyWhereverItIs) {
  for_ranks([](World& world) {
    const Var v = input("v", {DType::float64, Format::dense, {kSize}}), w = input("w", v->type);
    // On the last rank first, then everywhere.
    const std::string what = complaint(world, {v, w}, {sum(log(v + w - w) * 0.0 + exp(800.0 + log(v + w - w)))},
                                       {{"v", vector_with(world, 1, kSize - 1, 0)}, {"w", vector(world, 0)}});
    expect_words(what, {"log makes", "-inf at (11)"});
  });
}

TEST(CheckNan, LooksIntoSparseAndComplexValues) {
  for_ranks([](World& world) {
    const Value X = features(world, Layout::even(kRows, world.size()), Layout::even(kFeatures, world.size()));
    const Var A = input("A", type_of(X)), big = A * kLarge;
    const std::string what = complaint(world, {A}, {sp_sum(big * 100.0)}, {{"A", X}});
    expect_words(what, {"inf at (", ", "});
    const Var z = input("z", {DType::complex128, Format::dense, {kSize}});
    const Value complex = vector(world, 0).with_dtype(DType::complex128);
    std::ranges::fill(complex.data<std::complex<double>>(), std::complex<double>(0, kLarge));
    expect_words(complaint(world, {z}, {z * z}, {{"z", complex}}), {"inf", " at (0)", "complex128"});
  });
}

TEST(CheckNan, FindsSumsOverRanksThatOverflow) {
  for_ranks([](World& world) {
    const Var v = input("v", {DType::float64, Format::dense, {kSize}});
    const double x = 1.5 * kLarge / static_cast<double>(kSize) * 1.5;  // a rank's own sum is finite for 2 ranks or more
    expect_words(complaint(world, {v}, {sum(v)}, {{"v", vector(world, x)}}), {"inf", "sum"});
  });
}

TEST(CheckNan, ReportsNanThatIsGivenAndLetsInfinityPass) {
  for_ranks([](World& world) {
    const double inf = std::numeric_limits<double>::infinity();
    const Var v = input("v", {DType::float64, Format::dense, {kSize}});
    expect_words(complaint(world, {v}, {sum(v)}, {{"v", vector_with(world, 1, 5, NAN)}}), {"v, a dense", "nan at (5)"});
    EXPECT_EQ(complaint(world, {v}, {sum(exp(v))}, {{"v", vector_with(world, 1, 5, -inf)}}), "");
    EXPECT_EQ(complaint(world, {v}, {sum(v)}, {{"v", vector_with(world, 1, 5, inf)}}), "");
  });
}

TEST(CheckNan, IsSilentWhereAllIsWell) {
  for_ranks([](World& world) {
    const Regression model;
    const Layout rows = Layout::even(kRows, world.size());
    const Bindings data{{"X", features(world, rows, Layout::even(kFeatures, world.size()))},
                        {"Y", labels(world, rows)}};
    EXPECT_EQ(complaint(world, {model.X, model.Y}, {model.loss, grad(model.loss, model.W)}, data), "");
    // Ranks without a row have -inf as the largest of nothing.
    const Var v = input("v", {DType::float64, Format::dense, {1}});
    const Value one = Value::dense(DType::float64, {1}, 0, Layout::even(1, world.size()), world.rank());
    std::ranges::fill(one.data<double>(), 3.0);
    EXPECT_EQ(complaint(world, {v}, {max(v), logsumexp(v)}, {{"v", one}}), "");
    EXPECT_NE(complaint(world, {v}, {sum(log(v - 3.0))}, {{"v", one}}), "");
  });
}

TEST(CheckNan, IsOffUnlessAskedFor) {
  for_ranks([](World& world) {
    const Var v = input("v", {DType::float64, Format::dense, {kSize}});
    Function f = compile({{v}, {sum(log(v))}, {}}, world);
    EXPECT_EQ(f({{"v", vector(world, 0)}})[0].scalar(), -std::numeric_limits<double>::infinity());
  });
}

}  // namespace
}  // namespace spgrad::tests
