// What the properties of the op table do not tell of dense forms: infinities, ties, storage orders, dtypes, refusals.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "spgrad/distribute.hpp"
#include "spgrad/function.hpp"
#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"
#include "tests/support/layouts.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
using Numbers = std::vector<double>;

// The elements of a vector or (row-major) matrix, cut along an axis by a random layout; or whole, stored by columns.
enum Where { kRows = 0, kColumns = 1, kWholeByColumns = 2 };
template <class T = double>
Value value(World& world, const Shape& shape, const std::vector<T>& x, Where where, unsigned seed = 1) {
  const bool matrix = shape.ndim() == 2;
  const Value v =
      where == kWholeByColumns
          ? Value::whole(dtype_of<T>(), shape, matrix ? 1 : 0)
          : Value::dense(dtype_of<T>(), shape, where, random_layout(shape[where], world.size(), seed), world.rank());
  const Index first = v.cut() == kWhole ? 0 : v.layout().begin(world.rank());
  Index p = 0;
  for (Index a = first; a < first + v.local_rows(); ++a)
    for (Index b = 0; b < v.row_length(); ++b)
      v.data<T>()[p++] = x[!matrix ? a : v.slow() == 0 ? a * shape[1] + b : b * shape[1] + a];
  return v;
}

// Row-major, whatever the value's own order.
Numbers numbers(World& world, const Value& v) {
  const Value whole = gather_all(world, cast(v, DType::float64));
  const std::span<const double> x = whole.data<double>();
  if (whole.shape().ndim() < 2 || whole.slow() == 0) return {x.begin(), x.end()};
  Numbers by_rows;
  for (Index i = 0; i < whole.shape()[0]; ++i)
    for (Index j = 0; j < whole.shape()[1]; ++j) by_rows.push_back(x[j * whole.shape()[0] + i]);
  return by_rows;
}

std::vector<Value> run(World& world, const Vars& inputs, const Vars& outputs, const std::vector<Value>& values) {
  Bindings bindings;
  for (std::size_t k = 0; k < inputs.size(); ++k) bindings.emplace_back(inputs[k]->name, values[k]);
  return compile({.inputs = inputs, .outputs = outputs, .updates = {}}, world)(bindings);
}

void expect_near(const Numbers& actual, const Numbers& expected, double tolerance) {
  EXPECT_EQ(actual.size(), expected.size());
  for (std::size_t k = 0; k < std::min(actual.size(), expected.size()); ++k)
    EXPECT_TRUE(actual[k] == expected[k] || std::abs(actual[k] - expected[k]) <= tolerance)
        << "element " << k << " is " << actual[k] << ", not " << expected[k];
}

std::string refusal(const std::function<void()>& make) {
  try {
    make();
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was refused";
}

TEST(LogSumExp, OfNothingButMinusInfinityIsMinusInfinityAndOfHugeNumbersFinite) {
  for_ranks([](World& world) {
    const Numbers x{-kInf, -kInf, -kInf, 900, -kInf, 900, -900, -901, -902};
    const double low = -900 + std::log(1 + std::exp(-1) + std::exp(-2)), high = 900 + std::log(2);
    for (const Where where : {kRows, kColumns, kWholeByColumns}) {
      const Value X = value(world, {3, 3}, x, where), V = value(world, {9}, x, kRows, 3),
                  N = value(world, {2}, {-kInf, -kInf}, kRows);
      const Var a = input("a", type_of(X)), v = input("v", type_of(V)), n = input("n", type_of(N));
      const auto r = run(
          world, {a, v, n},
          {logsumexp(a, 1), logsumexp(T(a), 0), logsumexp(a), logsumexp(v), logsumexp(n), logsumexp(a, 0)}, {X, V, N});
      expect_near(numbers(world, r[0]), {-kInf, high, low}, 1e-12);
      expect_near(numbers(world, r[1]), {-kInf, high, low}, 1e-12);
      expect_near(numbers(world, r[2]), {high}, 1e-12);
      expect_near(numbers(world, r[3]), {high}, 1e-12);
      expect_near(numbers(world, r[4]), {-kInf}, 0);
      expect_near(numbers(world, r[5]), {900, -901, 900}, 1e-12);
    }
  });
}

TEST(LogSumExp, HasTheSoftmaxAsGradientAlongEitherAxisAndOfAVector) {
  for_ranks([](World& world) {
    const Numbers x{0.3, -1, 2, 0.5, 0, 1.5};
    for (const Where where : {kRows, kColumns, kWholeByColumns}) {
      const Value X = value(world, {2, 3}, x, where), V = value(world, {6}, x, kRows, 5);
      const Var a = input("a", type_of(X)), v = input("v", type_of(V));
      const auto r = run(world, {a, v},
                         {grad(sum(logsumexp(a, 0)), a), softmax(a, 0), grad(sum(logsumexp(a, 1)), a), softmax(a, 1),
                          grad(logsumexp(v), v), softmax(v, 0), sum(softmax(a, 0), 0), sum(softmax(v, -1))},
                         {X, V});
      for (const std::size_t k : {0u, 2u, 4u}) expect_near(numbers(world, r[k]), numbers(world, r[k + 1]), 1e-15);
      expect_near(numbers(world, r[6]), {1, 1, 1}, 1e-15);
      expect_near(numbers(world, r[7]), {1}, 1e-15);
    }
  });
}

// The schedule of a graph of one matrix.
std::string plan_of(World& world, const Var& a, const Vars& outputs, const Value& X) {
  Function f = compile({.inputs = {a}, .outputs = outputs, .updates = {}}, world);
  f({{a->name, X}});
  return f.explain();
}

Index times(std::string_view word, std::string_view text) {
  Index n = 0;
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) ++n;
  return n;
}

TEST(Softmax, AlongACutAxisReducesTwoVectorsAndTurnsNothing) {
  for_ranks([](World& world) {
    const Value X = value(world, {3, 2}, {1, 5, 4, 5, 4, 2}, kRows);
    const Var a = input("a", type_of(X)), lse = logsumexp(a, 0);
    for (const Vars& outputs : {Vars{lse, grad(sum(lse), a)}, Vars{softmax(a, 0)}, Vars{log_softmax(a, 0)}}) {
      const std::string plan = plan_of(world, a, outputs, X);
      EXPECT_EQ(times("begin reduce_all", plan), 2) << plan;
      EXPECT_EQ(times("begin", plan), 2) << plan;
    }
  });
}

TEST(Softmax, AlongAnAxisThatIsNotCutIsOnePass) {
  for_ranks([](World& world) {
    const Value X = value(world, {3, 2}, {1, 5, 4, 5, 4, 2}, kColumns);
    const Var a = input("a", type_of(X)), lse = logsumexp(a, 0);
    const std::string plan = plan_of(world, a, {lse, grad(sum(lse), a), softmax(a, 0)}, X);
    EXPECT_EQ(times("begin", plan), 0) << plan;
    EXPECT_EQ(times("softmax(a", plan), 2) << plan;
  });
}

TEST(Max, IgnoresRanksWithoutElementsAndLetsNaNWin) {
  for_ranks([](World& world) {
    const Value V = value(world, {2}, {-3.0, -2.0}, kRows), I = value<std::int8_t>(world, {2}, {-3, -2}, kRows, 4);
    const Value N = value(world, {3}, {1, std::nan(""), 2}, kRows);
    const Var v = input("v", type_of(V)), i = input("i", type_of(I)), n = input("n", type_of(N));
    const auto r = run(world, {v, i, n}, {max(v), max(i), max(n)}, {V, I, N});
    EXPECT_EQ(numbers(world, r[0]), Numbers{-2});
    EXPECT_EQ(numbers(world, r[1]), Numbers{-2});
    EXPECT_EQ(r[1].dtype(), DType::int8);
    EXPECT_TRUE(std::isnan(numbers(world, r[2])[0]));
  });
}

TEST(Max, SharesItsGradientAmongEqualMaxima) {
  for_ranks([](World& world) {
    for (const Where where : {kRows, kColumns, kWholeByColumns}) {
      const Value X = value(world, {3, 2}, {1, 5, 4, 5, 4, 2}, where);
      const Var a = input("a", type_of(X));
      const auto r = run(world, {a}, {grad(max(a), a), grad(sum(max(a, 0)), a), grad(sum(max(a, 1)), a)}, {X});
      expect_near(numbers(world, r[0]), {0, 0.5, 0, 0.5, 0, 0}, 0);
      expect_near(numbers(world, r[1]), {0, 0.5, 0.5, 0.5, 0.5, 0}, 0);
      expect_near(numbers(world, r[2]), {0, 1, 0, 1, 1, 0}, 0);
    }
  });
}

TEST(ArgMax, IsTheFirstOfEqualOnesAndOfNaN) {
  for_ranks([](World& world) {
    const double nan = std::nan("");
    const Numbers x{1, 5, nan, 5, 4, nan, 4, 5, 2};
    for (const Where where : {kRows, kColumns, kWholeByColumns}) {
      const Value X = value(world, {3, 3}, x, where);
      const Var a = input("a", type_of(X));
      const auto r = run(world, {a}, {argmax(a), argmax(a, 0), argmax(a, 1), argmin(a, 0), argmin(a, -1)}, {X});
      EXPECT_EQ(r[0].dtype(), DType::int64);
      EXPECT_EQ(numbers(world, r[0]), Numbers{2});
      EXPECT_EQ(numbers(world, r[1]), (Numbers{1, 0, 0}));
      EXPECT_EQ(numbers(world, r[2]), (Numbers{2, 2, 1}));
      EXPECT_EQ(numbers(world, r[3]), (Numbers{0, 1, 0}));
      EXPECT_EQ(numbers(world, r[4]), (Numbers{2, 2, 2}));
    }
  });
}

TEST(Variance, HasTheGradientOfItsFormula) {
  for_ranks([](World& world) {
    for (const Where where : {kRows, kColumns, kWholeByColumns}) {
      const Value X = value(world, {2, 3}, {1, 2, 6, -1, 4, 4}, where);
      const Var a = input("a", type_of(X));
      const auto r = run(world, {a}, {var(a, 1), var(a), grad(sum(var(a, 1)), a)}, {X});
      expect_near(numbers(world, r[0]), {14.0 / 3, 50.0 / 9}, 1e-14);
      expect_near(numbers(world, r[1]), {74.0 / 6 - 64.0 / 9}, 1e-14);
      expect_near(numbers(world, r[2]), {-4.0 / 3, -2.0 / 3, 2, -20.0 / 9, 10.0 / 9, 10.0 / 9}, 1e-14);
    }
  });
}

TEST(Take, RefusesARowThatIsNotThereOnAllRanks) {
  for_ranks([](World& world) {
    const Value X = value(world, {3, 2}, {1, 2, 3, 4, 5, 6}, kRows), R = value<Index>(world, {2}, {-3, 3}, kRows);
    const Var a = input("a", type_of(X)), rows = input("rows", type_of(R));
    const std::string said = refusal([&] { run(world, {a, rows}, {take(a, rows)}, {X, R}); });
    EXPECT_NE(said.find("index 3 is out of range -3 .. 2"), std::string::npos) << said;
  });
}

TEST(Subtensor, IsPythonsSliceAndAddsNothingWhereItTakesAll) {
  for_ranks([](World& world) {
    const Value X = value(world, {3, 4}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, kRows);
    const Var a = input("a", type_of(X));
    const auto r =
        run(world, {a}, {subtensor(a, {.start = -2}, {.stop = -1, .step = 2}), subtensor(a, {.step = -1})}, {X});
    EXPECT_EQ(numbers(world, r[0]), (Numbers{4, 6, 8, 10}));
    EXPECT_EQ(numbers(world, r[1]), (Numbers{8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3}));
    EXPECT_EQ(subtensor(a, {}), a);
  });
}

TEST(Add, TakesOperandsInEitherStorageOrder) {
  for_ranks([](World& world) {
    const Numbers x{1, 2, 3, 4, 5, 6}, y{10, 20, 30, 40, 50, 60};
    for (const Where of_x : {kRows, kColumns, kWholeByColumns})
      for (const Where of_y : {kRows, kColumns, kWholeByColumns}) {
        const Value X = value(world, {2, 3}, x, of_x), Y = value(world, {3, 2}, y, of_y, 2);
        const Var a = input("a", type_of(X)), b = input("b", type_of(Y));
        const auto r =
            run(world, {a, b}, {add(a, T(b)), sub(T(a), b), mul(col(max(a, 1)), T(b)), sum(mul(a, T(b)))}, {X, Y});
        EXPECT_EQ(numbers(world, r[0]), (Numbers{11, 32, 53, 24, 45, 66}));
        EXPECT_EQ(numbers(world, r[1]), (Numbers{-9, -16, -28, -35, -47, -54}));
        EXPECT_EQ(numbers(world, r[2]), (Numbers{30, 90, 150, 120, 240, 360}));
        EXPECT_EQ(numbers(world, r[3]), (Numbers{10 + 60 + 150 + 80 + 200 + 360}));
      }
  });
}

// A dimension of size 1 is never cut, whatever a sparse operand has there.
TEST(BroadcastLike, TakesASparseMatrixOfOneRowOrOneColumn) {
  for_ranks([](World& world) {
    for (const Format format : {Format::csr, Format::csc})
      for (const Shape& shape : {Shape{1, 3}, Shape{3, 1}, Shape{1, 1}}) {
        const std::vector<Index> zero{0};
        const Value A = from_coo(world, format, shape, zero, zero, value(world, {1}, {1.0}, kWholeByColumns));
        const Var a = input("a", type_of(A));
        const auto r =
            run(world, {a}, {broadcast_like(2.0, a), sum_like(broadcast_like(2.0, a), a), sum(broadcast_like(2.0, a))},
                {A});
        EXPECT_EQ(numbers(world, r[0]), Numbers(static_cast<std::size_t>(shape.elements()), 2.0));
        EXPECT_EQ(numbers(world, r[1]), numbers(world, r[0]));
        EXPECT_EQ(numbers(world, r[2]), Numbers{2.0 * static_cast<double>(shape.elements())});
      }
  });
}

TEST(Conform, LiesInTheStorageOrderOfItsVariable) {
  for_ranks([](World& world) {
    const Shared x = shared("x", value(world, {2, 3}, {1, 2, 3, 4, 5, 6}, kWholeByColumns));
    const Var y = transpose(constant(value(world, {3, 2}, {10, 40, 20, 50, 30, 60}, kWholeByColumns)));
    const Vars costs{sum(mul(x.var(), x.var())), sum(mul(x.var(), y)), sum(x.var())};
    Vars gradients;
    for (const Var& cost : costs) gradients.push_back(grad(cost, x.var()));
    const auto r = compile({.inputs = {}, .outputs = gradients, .updates = {}}, world)();
    EXPECT_EQ(numbers(world, r[0]), (Numbers{2, 4, 6, 8, 10, 12}));
    EXPECT_EQ(numbers(world, r[1]), (Numbers{10, 20, 30, 40, 50, 60}));
    EXPECT_EQ(numbers(world, r[2]), Numbers(6, 1.0));
    for (const Value& g : r) {
      EXPECT_EQ(g.cut(), kWhole);
      EXPECT_EQ(g.slow(), 1);
    }
  });
}

TEST(Sum, OfBoolsCountsAndOfSmallIntegersIsWide) {
  for_ranks([](World& world) {
    const Value B = value<bool>(world, {3}, {true, true, false}, kRows);
    const Value I = value<std::uint8_t>(world, {3}, {200, 200, 200}, kRows, 2);
    const Var b = input("b", type_of(B)), i = input("i", type_of(I));
    const auto r = run(world, {b, i}, {sum(b), sum(i), mean(i), mean(b), neg(i), exp(b)}, {B, I});
    const std::vector<DType> dtypes{DType::int64,   DType::uint64, DType::float64,
                                    DType::float64, DType::uint8,  DType::float32};
    for (std::size_t k = 0; k < dtypes.size(); ++k) EXPECT_EQ(r[k].dtype(), dtypes[k]) << k;
    EXPECT_EQ(numbers(world, r[0]), Numbers{2});
    EXPECT_EQ(numbers(world, r[1]), Numbers{600});
    EXPECT_EQ(numbers(world, r[2]), Numbers{200});
    EXPECT_EQ(numbers(world, r[4]), (Numbers{56, 56, 56}));
  });
}

TEST(Norm, IsThatOfItsOrderAlongAnAxisOrOfAllElements) {
  for_ranks([](World& world) {
    for (const Where where : {kRows, kColumns, kWholeByColumns}) {
      const Value X = value(world, {2, 3}, {3, 0, -1, -4, 0, 1}, where);
      const Var a = input("a", type_of(X));
      const auto r = run(world, {a}, {norm(a, 2, 0), norm(a, 1, 1), norm(a, kInf, 0), norm(a), norm(a, 1)}, {X});
      expect_near(numbers(world, r[0]), {5, 0, std::sqrt(2.0)}, 1e-15);
      expect_near(numbers(world, r[1]), {4, 5}, 0);
      expect_near(numbers(world, r[2]), {4, 0, 1}, 0);
      expect_near(numbers(world, r[3]), {std::sqrt(27.0)}, 1e-15);
      expect_near(numbers(world, r[4]), {9}, 0);
    }
  });
  const Var a = input("a", {DType::float64, Format::dense, {2, 3}});
  EXPECT_NE(refusal([&] { norm(a, 3); }).find("ord must be 1, 2 or infinity, not 3"), std::string::npos);
}

TEST(Norm, OfNothingButZerosHasTheGradientZero) {
  for_ranks([](World& world) {
    const Value X = value(world, {2, 3}, {3, 0, -1, -4, 0, 1}, kRows), C = value(world, {3}, {2, 2, 2}, kRows);
    const Var a = input("a", type_of(X)), c = input("c", type_of(C));
    const auto r = run(world, {a, c}, {grad(sum(norm(a, 2, 0)), a), grad(std(c), c), std(c), std(a, 1)}, {X, C});
    const double h = std::sqrt(0.5);
    expect_near(numbers(world, r[0]), {0.6, 0, -h, -0.8, 0, h}, 1e-15);
    expect_near(numbers(world, r[1]), {0, 0, 0}, 0);
    expect_near(numbers(world, r[2]), {0}, 0);
    expect_near(numbers(world, r[3]), {std::sqrt(26.0) / 3, std::sqrt(14.0 / 3)}, 1e-14);
  });
}

TEST(AllTrue, AndAnyTrueAskEveryRank) {
  for_ranks([](World& world) {
    const Value X = value(world, {2, 3}, {1, 0, 2, 3, 0, 0}, kRows);
    const Var a = input("a", type_of(X));
    const auto r = run(world, {a}, {all_true(a, 0), any_true(a, 0), all_true(a), any_true(a), any_true(eq(a, 7))}, {X});
    EXPECT_EQ(r[0].dtype(), DType::bool_);
    EXPECT_EQ(numbers(world, r[0]), (Numbers{1, 0, 0}));
    EXPECT_EQ(numbers(world, r[1]), (Numbers{1, 0, 1}));
    EXPECT_EQ(numbers(world, r[2]), (Numbers{0}));
    EXPECT_EQ(numbers(world, r[3]), (Numbers{1}));
    EXPECT_EQ(numbers(world, r[4]), (Numbers{0}));
  });
}

TEST(Literals, KeepFloat32) {
  const Var x = input("x", {DType::float32, Format::dense, {3}});
  for (const Var& y : {mul(-Var(2.0), x), div(1, x), sub(Var(1.0) / Var(3), x), mean(x), softmax(x, 0), softplus(x)})
    EXPECT_EQ(y->type.dtype, DType::float32) << y->type;
}

TEST(DenseOps, MakeNoNodeWhereThereIsNothingToDo) {
  const Var x = input("x", {DType::float64, Format::dense, {3, 4}}),
            v = input("v", {DType::float64, Format::dense, {4}});
  EXPECT_EQ(conj(x), x);
  EXPECT_EQ(real(x), x);
  EXPECT_EQ(cast(x, DType::float64), x);
  EXPECT_EQ(sum_like(x, x), x);
  EXPECT_EQ(transpose(v), v);
  EXPECT_EQ(count(x, -1)->value.scalar(), 4.0);
}

TEST(DenseOps, RefuseWhatHasNoMeaningAndSayWhy) {
  const Var A = input("A", {DType::float64, Format::csr, {3, 4}}),
            D = input("D", {DType::float64, Format::dense, {3, 4}});
  const Var b = input("b", {DType::bool_, Format::dense, {3, 4}}),
            z = input("z", {DType::complex128, Format::dense, {3, 4}});
  const Var none = input("none", {DType::float64, Format::dense, {0, 4}}),
            v = input("v", {DType::float64, Format::dense, {3}});
  const auto says = [](const std::function<void()>& make, const std::string& what) {
    EXPECT_NE(refusal(make).find(what), std::string::npos) << refusal(make);
  };
  says([&] { exp(A); }, "exp(x): x must be dense");
  says([&] { div(D, A); }, "div(x y): the operands must be dense");
  says([&] { neg(b); }, "dtype bool");
  says([&] { sub(b, b); }, "dtype bool");
  says([&] { lt(z, D); }, "dtype complex128");
  says([&] { max(none); }, "no largest of 0 elements");
  says([&] { max(none, 0); }, "no largest of 0 elements");
  says([&] { min(none); }, "no smallest of 0 elements");
  says([&] { argmax(z); }, "dtype complex128");
  says([&] { take(D, v); }, "rows must be a vector of integers, not dense float64");
  says([&] { one_hot(v, 3); }, "must be a vector of integers");
  says([&] { subtensor(D, {.step = 0}); }, "a slice of rows has step 0");
  says([&] { concatenate({D, v}); }, "numbers of dimensions");
  says([&] { concatenate({D, none}, 1); }, "A has 3 rows but input 1 has 0 rows");
  says([&] { sum(D, 2); }, "axis 2 does not exist");
  says([&] { sum(A); }, "sp_sum");
  says([&] { add(D, v); }, "x has 4 columns but y has 3 elements");
  says([&] { broadcast_like(v, D); }, "g has 3 elements but x has 4 columns");
  EXPECT_NO_THROW(max(none, 1));
}

}  // namespace
}  // namespace spgrad::tests
