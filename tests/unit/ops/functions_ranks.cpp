// What the properties of the op table do not tell of functions of elements and stored entries: ties, zeros, NaN,
// dtypes, refusals.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "spgrad/function.hpp"
#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"
#include "tests/ops/whole.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity(), kNaN = std::numeric_limits<double>::quiet_NaN();
using Numbers = std::vector<Complex>;

Whole vector(const Numbers& x, DType dtype = DType::float64) {
  return {{dtype, Format::dense, {static_cast<Index>(x.size())}}, x, {}};
}
Whole scalar(Complex x, DType dtype = DType::float64) { return {{dtype, Format::dense, {}}, {x}, {}}; }

// One row of `columns` entries in the given columns; the second row stores nothing.
Whole matrix(Index columns, const std::vector<Index>& at, const Numbers& x, Format format = Format::csr) {
  const std::vector<Index> row(at.size(), 0);
  const auto positions = std::make_shared<Positions>(format == Format::csr ? Positions{row, at} : Positions{at, row});
  return {{DType::float64, format, {2, columns}}, x, positions};
}

Var var(const std::string& name, const Whole& x) { return input(name, x.type); }

/// The elements, or stored entries, of all outputs.
std::vector<Numbers> run(World& world, const std::vector<std::pair<Var, Whole>>& given, const Vars& outputs) {
  Dealer dealer(world, true, 1);
  Program program;
  Bindings bindings;
  for (const auto& [x, value] : given) {
    program.inputs.push_back(x);
    bindings.emplace_back(x->name, dealer.deal(value));
  }
  program.outputs = outputs;
  Collector collector(world);
  std::vector<Numbers> all;
  for (const Value& v : compile(program, world)(bindings)) all.push_back(collector.collect(v).x);
  return all;
}

// Equal, NaN to NaN.
void expect_same(const Numbers& got, const Numbers& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t p = 0; p < got.size(); ++p) {
    const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
    EXPECT_TRUE(same(got[p].real(), expected[p].real()) && same(got[p].imag(), expected[p].imag()))
        << "element " << p << " is " << got[p] << ", not " << expected[p];
  }
}

std::string refusal(const std::function<void()>& make) {
  try {
    make();
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was refused";
}

void says(const std::function<void()>& make, const std::string& words) {
  const std::string message = refusal(make);
  EXPECT_NE(message.find(words), std::string::npos) << message << "\n  does not say: " << words;
}

TEST(Extremes, GiveTheWholeGradientToTheFirstOfTwoEquals) {
  for_ranks([](World& world) {
    const Whole X = vector({1, 2, 3}), Y = vector({1, 3, 2});
    const Var x = var("x", X), y = var("y", Y);
    Vars outputs;
    for (const Var& f : {maximum(x, y), minimum(x, y)})
      for (const Var& g : grad(sum(f), {x, y})) outputs.push_back(g);
    const auto r = run(world, {{x, X}, {y, Y}}, outputs);
    expect_same(r[0], {1, 0, 1});
    expect_same(r[1], {0, 1, 0});
    expect_same(r[2], {1, 1, 0});
    expect_same(r[3], {0, 0, 1});
  });
}

TEST(Extremes, OfStoredEntriesGiveItToTheEntries) {
  for_ranks([](World& world) {
    for (const Format format : {Format::csr, Format::csc}) {
      const Whole A = matrix(4, {0, 2, 2, 3}, {5, 0, 6, 7}, format), Y = scalar(6);
      const Var a = var("a", A), y = var("y", Y);
      const Var most = structured_maximum(a, y), least = structured_minimum(a, y);
      Vars outputs{most, least};
      for (const Var& f : {most, least})
        for (const Var& g : grad(sp_sum(f), {a, y})) outputs.push_back(g);
      const auto r = run(world, {{a, A}, {y, Y}}, outputs);
      expect_same(r[0], {6, 6, 6, 7});
      expect_same(r[1], {5, 0, 6, 6});
      expect_same(r[2], {0, 0, 1, 1});
      expect_same(r[3], {2});
      expect_same(r[4], {1, 1, 1, 0});
      expect_same(r[5], {1});
    }
  });
}

TEST(Extremes, PassNaNThrough) {
  for_ranks([](World& world) {
    const Whole X = vector({kNaN, 1, -kInf}), Y = vector({1, kNaN, kInf});
    const Var x = var("x", X), y = var("y", Y);
    const auto r = run(world, {{x, X}, {y, Y}}, {maximum(x, y), minimum(x, y), relu(x), clip(x, 0, 2)});
    expect_same(r[0], {kNaN, kNaN, kInf});
    expect_same(r[1], {kNaN, kNaN, -kInf});
    expect_same(r[2], {kNaN, 1, 0});
    expect_same(r[3], {kNaN, 1, 0});
  });
}

TEST(Relu, HasTheWholeGradientAtZeroAndClipAtItsBounds) {
  for_ranks([](World& world) {
    const Whole X = vector({-1, 0, 1, 2, 3});
    const Var x = var("x", X);
    const auto r = run(world, {{x, X}}, {grad(sum(relu(x)), x), grad(sum(clip(x, 0, 2)), x)});
    expect_same(r[0], {0, 1, 1, 1, 1});
    expect_same(r[1], {0, 1, 1, 1, 0});
  });
}

TEST(Pow, HasFiniteDerivativesAtZeroWhereTheyExist) {
  for_ranks([](World& world) {
    const Whole X = vector({0, 0, 0, 0}), Y = vector({0, 1, 2, 3});
    const Var x = var("x", X), y = var("y", Y);
    const Vars first = grad(sum(pow(x, y)), {x, y});
    const Var cube = grad(sum(pow(x, 3)), x), zeroth = grad(sum(pow(x, 0)), x);
    const auto r = run(world, {{x, X}, {y, Y}},
                       {pow(x, y), first[0], first[1], grad(sum(first[0]), x), cube, grad(sum(cube), x), zeroth});
    expect_same(r[0], {1, 0, 0, 0});
    expect_same(r[1], {0, 1, 0, 0});
    expect_same(r[2], {0, 0, 0, 0});
    expect_same(r[3], {0, 0, 2, 0});
    expect_same(r[4], {0, 0, 0, 0});
    expect_same(r[5], {0, 0, 0, 0});
    expect_same(r[6], {0, 0, 0, 0});
  });
}

TEST(Pow, OfStoredZerosIsSaneToo) {
  for_ranks([](World& world) {
    const Whole A = matrix(4, {0, 2, 2}, {0, 2, 0}), Y = scalar(2);
    const Var a = var("a", A), y = var("y", Y);
    const Vars g = grad(sp_sum(structured_pow(a, y)), {a, y});
    const auto r = run(world, {{a, A}, {y, Y}}, {structured_pow(a, y), g[0], g[1], structured_pow(a, 0)});
    expect_same(r[0], {0, 4, 0});
    expect_same(r[1], {0, 4, 0});
    expect_same(r[2], {4 * std::log(2.0)});
    expect_same(r[3], {1, 1, 1});
  });
}

TEST(Pow, OfIntegersIsExactAndRefusesNegativeExponents) {
  for_ranks([](World& world) {
    const Whole X = vector({3, -7, 0, 10}, DType::int64), Y = vector({33, 3, 0, 18}, DType::int64);
    const Var x = var("x", X), y = var("y", Y);
    const auto r = run(world, {{x, X}, {y, Y}}, {pow(x, y)});
    expect_same(r[0], {5559060566555523.0, -343, 1, 1e18});
    says([&] { run(world, {{x, X}}, {pow(x, -1)}); }, "the integer exponent -1 is negative");
  });
}

TEST(Abs, AndItsDerivativesAreZeroAtZero) {
  for_ranks([](World& world) {
    const Whole X = vector({0, Complex(3, -4)}, DType::complex128), A = matrix(3, {1, 2}, {0, -2});
    const Var x = var("x", X), a = var("a", A);
    const Var g = grad(sum(abs(x)), x);
    const auto r =
        run(world, {{x, X}, {a, A}}, {abs(x), g, grad(sum(abs(g)), x), abs(a), grad(sp_sum(abs(a)), a), sign(a)});
    expect_same(r[0], {0, 5});
    expect_same(r[1], {0, Complex(3, -4) / 5.0});
    EXPECT_EQ(r[2][0], 0.0);
    EXPECT_LE(std::abs(r[2][1]), 1e-15);  // the modulus of a sign is 1
    expect_same(r[3], {0, 2});
    expect_same(r[4], {0, -1});
    expect_same(r[5], {0, -1});
  });
}

TEST(Rounding, HasAGradientOfZerosWhichIsNoError) {
  for_ranks([](World& world) {
    const Whole X = vector({-1.5, 0.5, 2.5}), A = matrix(4, {0, 2, 2}, {-1.5, 0.5, 2.5});
    const Var x = var("x", X), a = var("a", A);
    for (const auto f : {rint, ceil, floor, trunc, sign}) {
      const auto r = run(world, {{x, X}, {a, A}}, {grad(sum(f(x)), x), grad(sp_sum(f(a)), a)});
      expect_same(r[0], {0, 0, 0});
      expect_same(r[1], {0, 0, 0});
    }
    const auto r = run(world, {{x, X}, {a, A}}, {rint(x), ceil(a), floor(a), trunc(x)});
    expect_same(r[0], {-2, 0, 2});
    expect_same(r[1], {-1, 1, 3});
    expect_same(r[2], {-2, 0, 2});
    expect_same(r[3], {-1, 0, 2});
  });
}

TEST(Functions, KeepTheSparsityAndTreatEachOfSeveralEntriesOfAPositionAlone) {
  for_ranks([](World& world) {
    for (const Format format : {Format::csr, Format::csc}) {
      const Whole A = matrix(4, {2, 0, 2}, {0, 0.25, 0.5}, format);
      const Var a = var("a", A);
      Dealer dealer(world, true, 1);
      const Value given = dealer.deal(A);
      const Vars outputs{structured_exp(a), grad(sp_sum(structured_exp(a)), a), grad(sp_sum(arctanh(a)), a)};
      const auto r = compile({.inputs = {a}, .outputs = outputs, .updates = {}}, world)({{"a", given}});
      for (const Value& v : r) EXPECT_TRUE(v.same_pattern(given)) << v;
      const auto numbers = run(world, {{a, A}}, outputs);
      for (const std::size_t k : {0, 1})
        for (std::size_t p = 0; p < 3; ++p) EXPECT_NEAR(numbers[k][p].real(), std::exp(A.x[p].real()), 1e-15);
      for (std::size_t p = 0; p < 3; ++p)
        EXPECT_NEAR(numbers[2][p].real(), 1 / (1 - A.x[p].real() * A.x[p].real()), 1e-15);
    }
  });
}

TEST(Functions, HaveTheDtypesOfPyTensor) {
  const auto dtype = [](const Var& x) { return x->type.dtype; };
  for (const Format format : {Format::dense, Format::csr}) {
    const auto x = [&](DType t) { return input("x", {t, format, {3, 4}}); };
    EXPECT_EQ(dtype(sin(x(DType::int8))), DType::float32);
    EXPECT_EQ(dtype(sqrt(x(DType::int32))), DType::float64);
    EXPECT_EQ(dtype(deg2rad(x(DType::float32))), DType::float32);
    EXPECT_EQ(dtype(abs(x(DType::complex64))), DType::float32);
    for (const auto f : {sqr, abs, sign, rint}) EXPECT_EQ(dtype(f(x(DType::int16))), DType::int16);
    for (const auto f : {ceil, floor, trunc}) EXPECT_EQ(dtype(f(x(DType::int32))), DType::float64);
  }
  const Var x = input("x", {DType::float32, Format::dense, {3}}), A = input("A", {DType::float32, Format::csr, {3, 4}});
  EXPECT_EQ(dtype(pow(x, 2)), DType::float32);
  EXPECT_EQ(dtype(pow(x, 0.5)), DType::float32);
  EXPECT_EQ(dtype(where(lt(x, 0), x, 0.0)), DType::float32);
  EXPECT_EQ(dtype(clip(x, 0.0, 1.0)), DType::float32);
  EXPECT_EQ(dtype(structured_pow(A, 3)), DType::float32);
  EXPECT_EQ(dtype(structured_add(A, 2.5)), DType::float32);
  EXPECT_EQ(dtype(grad(sum(pow(x, 3)), x)), DType::float32);
  EXPECT_EQ(dtype(grad(sp_sum(structured_maximum(A, 0.5)), A)), DType::float32);
  EXPECT_EQ(dtype(bcast(x)), DType::int8);
  EXPECT_EQ(dtype(zcast(A)), DType::complex128);
}

TEST(Functions, SayWhichNameIsMeant) {
  const Var A = input("A", {DType::float64, Format::csr, {3, 4}}),
            D = input("D", {DType::float64, Format::dense, {3, 4}}),
            z = input("z", {DType::complex128, Format::dense, {3}});
  says([&] { sigmoid(A); }, "structured_sigmoid maps those that it stores");
  says([&] { exp(A); }, "structured_exp maps");
  says([&] { log(A); }, "structured_log maps");
  says([&] { cos(A); }, "cos(x): x must be dense");
  says([&] { structured_exp(D); }, "A must be csr or csc; exp is for dense operands");
  says([&] { pow(A, 2); }, "structured_pow takes the stored entries");
  says([&] { maximum(D, A); }, "structured_maximum takes the stored entries");
  says([&] { structured_pow(A, D); }, "y must be a dense scalar, not dense float64 (3 x 4)");
  says([&] { structured_minimum(D, 1); }, "A must be csr or csc");
  says([&] { where(A, D, D); }, "dense");
  says([&] { floor(z); }, "complex128");
  says([&] { maximum(z, z); }, "complex128");
  says([&] { rad2deg(z); }, "complex128");
}

}  // namespace
}  // namespace spgrad::tests
