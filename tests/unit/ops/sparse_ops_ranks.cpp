// What the properties of the op table do not tell of forms with sparse operands: shared patterns, sizes of one,
// refusals.
#include <gtest/gtest.h>

#include <algorithm>

#include "spgrad/function.hpp"
#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"
#include "tests/support/layouts.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

struct Entry {
  Index i, j;
  double x;
};

// Entries that all come from rank 0.
Value matrix(World& world, Format format, const Shape& shape, const std::vector<Entry>& entries, unsigned seed = 1) {
  std::vector<Index> i, j;
  for (const Entry& e : entries)
    if (world.rank() == 0) i.push_back(e.i), j.push_back(e.j);
  const Value x = Value::whole(DType::float64, {static_cast<Index>(i.size())});
  for (std::size_t p = 0; p < i.size(); ++p) x.data<double>()[p] = entries[p].x;
  const int major = format == Format::csr ? 0 : 1;
  const Cut cut{.major = random_layout(shape[major], world.size(), seed),
                .minor = random_layout(shape[1 - major], world.size(), seed + 1)};
  return from_coo(world, format, shape, i, j, x, Duplicates::keep, cut);
}

template <class T = double>
Value vector(const std::vector<T>& x) {
  const Value v = Value::whole(dtype_of<T>(), {static_cast<Index>(x.size())});
  std::ranges::copy(x, v.data<T>().begin());
  return v;
}

std::vector<double> numbers(World& world, const Value& value) {
  const Value whole = gather_all(world, value);
  return {whole.data<double>().begin(), whole.data<double>().end()};
}

using Numbers = std::vector<double>;

Function compiled(World& world, Vars inputs, Vars outputs) {
  return compile({.inputs = std::move(inputs), .outputs = std::move(outputs), .updates = {}}, world);
}

const std::vector<Entry> kEntries{{0, 1, 1}, {0, 1, 2}, {0, 3, 3}, {2, 0, 4}, {4, 3, 5}, {4, 2, 0}, {4, 1, 7}};
const Shape kShape{5, 4};

TEST(AddSS, KeepsTheSparsityOfTwoMatricesThatShareOneWithoutDuplicates) {
  for_ranks([](World& world) {
    const Value A = matrix(world, Format::csr, kShape, {{0, 1, 1}, {3, 0, 2}, {4, 3, 5}});
    const Var a = input("a", type_of(A));
    const Value B = compiled(world, {a}, {add(a, neg(a))})({{"a", A}})[0];
    EXPECT_TRUE(B.same_pattern(A));
    for (const double x : B.data<double>()) EXPECT_EQ(x, 0.0);
  });
}

// Both entries of a position of A are read where the sum has one: each moves both.
TEST(AddSS, PassesTheSumOfDuplicatesBackToEachOfThem) {
  for_ranks([](World& world) {
    const Value A = matrix(world, Format::csr, kShape, kEntries),
                B = matrix(world, Format::csr, kShape, {{1, 1, 9}}, 7);
    const Var a = input("a", type_of(A)), b = input("b", type_of(B));
    const Var g = grad(sp_sum(at(stop_gradient(a), add(a, b))), a);
    const auto r = compiled(world, {a, b}, {csm_data(at(a, g))})({{"a", A}, {"b", B}});
    EXPECT_EQ(numbers(world, r[0]), (Numbers{2, 2, 1, 1, 1, 1, 1}));
  });
}

TEST(AddSS, MergesDuplicatesAndKeepsZeros) {
  for_ranks([](World& world) {
    const Value A = matrix(world, Format::csr, kShape, kEntries),
                B = matrix(world, Format::csc, kShape, {{4, 3, -5}, {1, 1, 9}}, 7);
    const Var a = input("a", type_of(A)), b = input("b", type_of(B)), c = add(a, b);
    const auto r = compiled(world, {a, b}, {c, csm_data(c)})({{"a", A}, {"b", B}});
    EXPECT_EQ(r[0].format(), Format::csr);
    EXPECT_EQ(r[0].sparsity()->nnz(), 7);
    EXPECT_TRUE(r[0].sparsity()->unique);
    EXPECT_EQ(numbers(world, r[1]), (Numbers{3, 3, 9, 4, 7, 0, 0}));
  });
}

TEST(At, TakesEntriesOfItsOwnSparsityOneByOneAndSumsThoseOfAnother) {
  for_ranks([](World& world) {
    for (const Format format : {Format::csr, Format::csc}) {
      const Value A = matrix(world, format, kShape, {{0, 1, 1}, {0, 1, 2}, {3, 3, 3}});
      const Value B = matrix(world, flipped(format), kShape, {{3, 3, 5}, {0, 1, 10}, {0, 1, 20}, {2, 2, 40}}, 5);
      const Var a = input("a", type_of(A)), b = input("b", type_of(B));
      const auto r = compiled(world, {a, b}, {csm_data(at(a, neg(a))), csm_data(at(a, b))})({{"a", A}, {"b", B}});
      EXPECT_EQ(numbers(world, r[0]), (Numbers{-1, -2, -3}));
      EXPECT_EQ(numbers(world, r[1]), (Numbers{30, 30, 5}));
    }
  });
}

TEST(MulE, RefusesTwoPatternsAndNamesBoth) {
  for_ranks([](World& world) {
    const Value A = matrix(world, Format::csr, kShape, kEntries), B = matrix(world, Format::csr, kShape, {{1, 1, 1}});
    const Var a = input("a", type_of(A)), b = input("b", type_of(B));
    Function f = compiled(world, {a, b}, {mul_e(a, b)});
    try {
      f({{"a", A}, {"b", B}});
      ADD_FAILURE() << "different patterns were multiplied";
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find("A stores 7 entries and B 1"), std::string::npos) << e.what();
    }
  });
}

// A dimension of size 1 is never cut, whatever a sparse operand has there.
TEST(Dot, TakesMatricesOfOneRowOrOneColumn) {
  for_ranks([](World& world) {
    for (const Format format : {Format::csr, Format::csc}) {
      const Value A = matrix(world, format, {1, 3}, {{0, 0, 1}, {0, 2, 3}}),
                  B = matrix(world, format, {3, 1}, {{0, 0, 1}, {2, 0, 3}});
      const Value x = vector({1, 10, 100}), y = vector({7});
      const Var a = input("a", type_of(A)), b = input("b", type_of(B)), u = input("u", type_of(x)),
                v = input("v", type_of(y));
      const Var z = row(u), one = row(v);
      const auto r = compiled(world, {a, b, u, v},
                              {dot(a, u), dot(v, a), dot(z, b), dot(b, one), usmm(2.0, a, u, v), usmm(2.0, v, a, u),
                               dense_from_sparse(a), add(b, col(u)), sp_sum(a, 1), sp_sum(a, 0),
                               structured_dot(a, col(u))})({{"a", A}, {"b", B}, {"u", x}, {"v", y}});
      const std::vector<Numbers> expected{{301},     {7, 0, 21},   {301}, {7, 0, 21}, {609}, {15, 10, 142},
                                          {1, 0, 3}, {2, 10, 103}, {4},   {1, 0, 3},  {301}};
      for (std::size_t k = 0; k < expected.size(); ++k) EXPECT_EQ(numbers(world, r[k]), expected[k]) << k;
    }
  });
}

TEST(Dot, RefusesScalars) {
  const Var A = input("A", {DType::float64, Format::csr, {3, 3}}), s = input("s", {DType::float64, Format::dense, {}});
  const auto message = [](const auto& make) {
    try {
      make();
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  EXPECT_TRUE(message([&] { dot(s, A); }).starts_with("dot(x y): dot of a scalar is not offered"));
}

Function assembled(World& world, const Var& data, const Var& indices, const Var& indptr, Format format) {
  const Var A = csm(data, indices, indptr, kShape, format);
  return compiled(world, {data, indices, indptr}, {A, csm_data(mul_e(A, A))});
}

TEST(Usmm, AddsAVectorThatIsCutAsTheEntriesOfAMatrixAre) {
  for_ranks([](World& world) {
    for (const Format format : {Format::csr, Format::csc}) {
      const Value A = matrix(world, format, {5, 7}, {{0, 1, 1}, {0, 6, 2}, {4, 6, 3}}, 3);
      const Value B = matrix(world, format, kShape, kEntries);  // stores seven entries
      const Var a = input("a", type_of(A)), b = input("b", type_of(B)), z = csm_data(b);
      const Var v = input("v", {DType::float64, Format::dense, {5}});
      const Vars same{usmm(2.0, v, a, z), add(mul(2.0, dot(v, a)), z), usmm(2.0, transpose(a), v, z)};
      const auto r = compiled(world, {a, b, v}, same)({{"a", A}, {"b", B}, {"v", vector<>({1, 2, 3, 4, 5})}});
      EXPECT_EQ(numbers(world, r[0]), numbers(world, r[1]));
      EXPECT_EQ(numbers(world, r[2]), numbers(world, r[1]));
    }
  });
}

TEST(Csm, IsTheMatrixWhereverItsPartsAre) {
  for_ranks([](World& world) {
    const std::vector<Index> indptr{0, 3, 3, 4, 4, 7}, indices{1, 1, 3, 0, 3, 2, 1};
    const Var d = input("d", {DType::float64, Format::dense, {7}}), i = input("i", {DType::int64, Format::dense, {7}}),
              p = input("p", {DType::int64, Format::dense, {6}});
    const Value data = vector({1, 2, 3, 4, 5, 0, 7});
    Function f = assembled(world, d, i, p, Format::csr);
    for (const Layout& cut : layouts(7, world.size())) {
      const Value cut_data = Value::dense(DType::float64, {7}, 0, cut, world.rank());
      std::ranges::copy(data.data<double>().subspan(cut.begin(world.rank()), cut.count(world.rank())),
                        cut_data.data<double>().begin());
      const auto r = f({{"d", cut_data}, {"i", vector(indices)}, {"p", vector(indptr)}});
      EXPECT_EQ(r[0].sparsity()->nnz(), 7);
      EXPECT_FALSE(r[0].sparsity()->unique);
      EXPECT_EQ(numbers(world, r[1]), (Numbers{1, 4, 9, 16, 25, 0, 49}));
    }
  });
}

TEST(Csm, RefusesBrokenParts) {
  for_ranks([](World& world) {
    const Var d = input("d", {DType::float64, Format::dense, {2}}), i = input("i", {DType::int64, Format::dense, {2}}),
              p = input("p", {DType::int64, Format::dense, {6}});
    Function f = assembled(world, d, i, p, Format::csr);
    const auto call = [&](const std::vector<Index>& indices, const std::vector<Index>& indptr) {
      f({{"d", vector({1, 2})}, {"i", vector(indices)}, {"p", vector(indptr)}});
    };
    EXPECT_THROW(call({0, 4}, {0, 1, 1, 1, 1, 2}), Error);  // a column out of range
    EXPECT_THROW(call({0, 1}, {0, 2, 1, 1, 1, 2}), Error);  // falls
    EXPECT_THROW(call({0, 1}, {1, 1, 1, 1, 1, 2}), Error);  // does not start with 0
    EXPECT_THROW(call({0, 1}, {0, 1, 1, 1, 1, 3}), Error);  // more entries than there are
    EXPECT_THROW(call({0, 1}, {0, 1, 1, 1, 1, 1}), Error);  // fewer
    EXPECT_NO_THROW(call({0, 1}, {0, 1, 1, 1, 1, 2}));
    EXPECT_THROW(csm(d, i, p, {4, 4}), Error);
  });
}

}  // namespace
}  // namespace spgrad::tests
