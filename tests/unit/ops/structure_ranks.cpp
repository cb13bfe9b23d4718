// What the properties of the op table do not tell of ops on what a matrix stores: order, sharing, layouts, refusals.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "spgrad/function.hpp"
#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"
#include "tests/support/layouts.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

using Numbers = std::vector<double>;

Function compiled(World& world, Vars inputs, Vars outputs) {
  return compile({.inputs = std::move(inputs), .outputs = std::move(outputs), .updates = {}}, world);
}

template <class T>
Value whole(const std::vector<T>& x) {
  const Value v = Value::whole(dtype_of<T>(), {static_cast<Index>(x.size())});
  std::ranges::copy(x, v.data<T>().begin());
  return v;
}

Numbers numbers(World& world, const Value& value) {
  const Value x = cast(gather_all(world, value), DType::float64);
  return {x.data<double>().begin(), x.data<double>().end()};
}

// 5 x 4, rows 1 and 3 empty: unsorted, with a duplicate in row 0 and an explicit zero in row 4.
const std::vector<double> kData{3, 1, 2, 4, 5, 0, 7};
const std::vector<Index> kMinors{3, 1, 1, 0, 3, 2, 1}, kOffsets{0, 3, 3, 4, 4, 7};

Value sample(World& world, Format format = Format::csr) {
  const Layout major = random_layout(5, world.size(), 3), minor = random_layout(4, world.size(), 4);
  std::vector<Index> indptr, minors;
  const Index begin = major.begin(world.rank()), end = major.end(world.rank());
  for (Index k = begin; k <= end; ++k) indptr.push_back(kOffsets[k] - kOffsets[begin]);
  for (Index p = kOffsets[begin]; p < kOffsets[end]; ++p) minors.push_back(kMinors[p]);
  const Value A = Value::sparse(DType::float64, format, make_sparsity(world, major, minor, std::move(indptr), minors));
  std::copy_n(kData.begin() + kOffsets[begin], A.local_size(), A.data<double>().begin());
  return A;
}

TEST(EnsureSortedIndices, KeepsDuplicatesApartInStoredOrder) {
  for_ranks([](World& world) {
    for (const Format format : {Format::csr, Format::csc}) {
      const Value A = sample(world, format);
      const Var a = input("a", type_of(A)), sorted = ensure_sorted_indices(a), again = ensure_sorted_indices(sorted);
      const auto r = compiled(world, {a}, {sorted, csm_data(sorted), again})({{"a", A}});
      EXPECT_TRUE(r[0].sparsity()->sorted);
      EXPECT_EQ(numbers(world, r[1]), (Numbers{1, 2, 3, 4, 7, 0, 5}));
      EXPECT_TRUE(r[2].same_pattern(r[0]));
    }
  });
}

TEST(SumDuplicates, StoresEveryPositionOnceAndKeepsASparsityThatDoes) {
  for_ranks([](World& world) {
    const Value A = sample(world);
    const Var a = input("a", type_of(A)), once = sum_duplicates(a);
    const auto r = compiled(world, {a}, {once, csm_data(once), sum_duplicates(once)})({{"a", A}});
    EXPECT_EQ(numbers(world, r[1]), (Numbers{3, 3, 4, 7, 0, 5}));
    EXPECT_TRUE(r[2].same_pattern(r[0]));
  });
}

TEST(Remove0, KeepsLayoutsAndASparsityWithoutZeros) {
  for_ranks([](World& world) {
    const Value A = sample(world);
    const Var a = input("a", type_of(A)), some = remove0(a);
    const auto r = compiled(world, {a}, {some, csm_data(some), remove0(some)})({{"a", A}});
    EXPECT_EQ(numbers(world, r[1]), (Numbers{3, 1, 2, 4, 5, 7}));
    EXPECT_TRUE(r[0].rows() == A.rows() && r[0].columns() == A.columns());
    EXPECT_TRUE(r[2].same_pattern(r[0]));
  });
}

// Offsets have one more element than there are majors: the last rank has it, even if it has nothing else.
TEST(Remove0, EntriesOfOnePositionThatStayHaveGradientsOfTheirOwn) {
  for_ranks([](World& world) {
    for (const Format format : {Format::csr, Format::csc}) {
      const Value A = sample(world, format);
      const Var a = input("a", type_of(A)), t = input("t", type_of(A));
      const Var g = grad(sp_sum(sqr(clean(a))), a);
      EXPECT_EQ(numbers(world, compiled(world, {a}, {csm_data(g)})({{"a", A}}).front()),
                (Numbers{6, 2, 4, 8, 10, 0, 14}));
      // The tangent of an entry that is dropped has no place among those of the entries that stay.
      const Var forward = jvp(sp_sum(sqr(clean(a))), {{a, t}});
      EXPECT_THROW(compiled(world, {a, t}, {forward})({{"a", A}, {"t", A}}), Error);
    }
  });
}

TEST(CsmProperties, AreWhatCsmPutsTogetherOnAnyNumberOfRanks) {
  for_ranks([](World& world) {
    for (const Format format : {Format::csr, Format::csc}) {
      const Value A = sample(world, format);
      const Var a = input("a", type_of(A));
      const auto p = csm_properties(a);
      const Var again = csm(p.data, p.indices, p.indptr, A.shape(), format);
      const auto r = compiled(world, {a}, {p.data, p.indices, p.indptr, p.shape, csm_data(again)})({{"a", A}});
      EXPECT_EQ(numbers(world, r[0]), kData);
      EXPECT_EQ(numbers(world, r[1]), Numbers(kMinors.begin(), kMinors.end()));
      EXPECT_EQ(numbers(world, r[2]), Numbers(kOffsets.begin(), kOffsets.end()));
      EXPECT_EQ(numbers(world, r[3]), (format == Format::csr ? Numbers{5, 4} : Numbers{4, 5}));
      EXPECT_EQ(numbers(world, r[4]), kData);
      EXPECT_EQ(r[2].dtype(), DType::int32);
    }
  });
}

TEST(CsmGrad, SumsTheDuplicatesOfGAndReadsPositionsThatItDoesNotStoreAsZero) {
  for_ranks([](World& world) {
    const Var x = input("x", {DType::float64, Format::dense, {7}}), i = input("i", {DType::int64, Format::dense, {7}}),
              p = input("p", {DType::int64, Format::dense, {6}}), g = input("g", {DType::float64, Format::dense, {2}}),
              gi = input("gi", {DType::int64, Format::dense, {2}});
    const Var other = input("gp", {DType::int64, Format::dense, {6}});
    const auto r = compiled(world, {x, i, p, g, gi, other},
                            {csm_grad(x, i, p, {5, 4}, x, i, p), csm_grad(x, i, p, {5, 4}, g, gi, other)})(
        {{"x", whole(kData)},
         {"i", whole(kMinors)},
         {"p", whole(kOffsets)},
         {"g", whole<double>({10, 20})},
         {"gi", whole<Index>({1, 1})},
         {"gp", whole<Index>({0, 2, 2, 2, 2, 2})}});
    EXPECT_EQ(numbers(world, r[0]), (Numbers{3, 3, 3, 4, 5, 0, 7}));
    EXPECT_EQ(numbers(world, r[1]), (Numbers{0, 30, 30, 0, 0, 0, 0}));
  });
}

// Exact zeros are dropped, NaN is not, and the next call may store other positions.
TEST(SparseFromDense, StoresTheNonzerosOfThisCall) {
  for_ranks([](World& world) {
    const Var v = input("v", {DType::float64, Format::dense, {4}});
    for (const auto make : {csr_from_dense, csc_from_dense}) {
      const Var A = make(v);
      Function f = compiled(world, {v}, {A, csm_data(A)});
      EXPECT_EQ(numbers(world, f({{"v", whole<double>({0, 2, 0, 3})}})[1]), (Numbers{2, 3}));
      const auto r = f({{"v", whole<double>({1, 2, -0.0, NAN})}});
      EXPECT_EQ(r[0].shape(), (Shape{1, 4}));
      EXPECT_EQ(r[0].sparsity()->nnz(), 3);
    }
  });
}

// The pattern of a structural result follows the layout of a dense operand, which may change from call to call.
TEST(SquareDiagonal, IsCutAsTheVectorOfEachCallIs) {
  for_ranks([](World& world) {
    const Var v = input("v", {DType::float64, Format::dense, {kUnknown}});
    Function f = compiled(world, {v}, {square_diagonal(v), diag(square_diagonal(v))});
    for (const Index n : {6, 4})
      for (const Layout& cut : layouts(n, world.size())) {
        const Value x = Value::dense(DType::float64, {n}, 0, cut, world.rank());
        std::ranges::fill(x.data<double>(), 2.0);
        const auto r = f({{"v", x}});
        EXPECT_TRUE(r[0].columns() == cut);
        EXPECT_EQ(numbers(world, r[1]), Numbers(static_cast<std::size_t>(n), 2.0));
      }
  });
}

std::string message(const auto& make) {
  try {
    make();
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

TEST(Diag, RefusesAMatrixThatIsNotSquareBeforeOrDuringACall) {
  const auto says = [](const std::string& what) {
    EXPECT_NE(what.find("A must be square, but has 5 rows and 4 columns"), std::string::npos) << what;
  };
  says(message([] { diag(input("a", {DType::float64, Format::csr, {5, 4}})); }));
  for_ranks([&](World& world) {
    const Var a = input("a", {DType::float64, Format::csr, {kUnknown, kUnknown}});
    says(message([&] { compiled(world, {a}, {diag(a)})({{"a", sample(world)}}); }));
  });
}

TEST(RowScale, RefusesAVectorOfAnotherLengthAndNamesBoth) {
  const Var A = input("A", {DType::float64, Format::csr, {5, 4}}), v = input("v", {DType::float64, Format::dense, {4}}),
            one = input("one", {DType::float64, Format::dense, {1}});
  EXPECT_EQ(message([&] { row_scale(A, v); }), "row_scale: A has 5 rows but v has 4 elements");
  EXPECT_EQ(message([&] { col_scale(A, one); }), "col_scale: A has 4 columns but v has 1 elements");
  EXPECT_EQ(message([&] { structured_add_s_v(A, one); }), "structured_add_s_v: A has 4 columns but v has 1 elements");
}

// Where a relation holds between zeros, it holds wherever neither matrix stores an entry.
TEST(Comparisons, CompareWhatIsNotStoredAsZero) {
  for_ranks([](World& world) {
    const Value A = sample(world);
    const Var a = input("a", type_of(A)), none = sp_zeros_like(a);
    const auto r = compiled(world, {a}, {eq(a, none), neq(a, none), le(a, none), gt(a, none)})({{"a", A}});
    std::vector<Index> stored;
    for (const Value& x : r) {
      stored.push_back(x.sparsity()->nnz());
      EXPECT_EQ(x.dtype(), DType::uint8);
      EXPECT_TRUE(std::ranges::all_of(x.data<std::uint8_t>(), [](std::uint8_t one) { return one == 1; }));
    }
    EXPECT_EQ(stored, (std::vector<Index>{15, 5, 15, 5}));
  });
}

}  // namespace
}  // namespace spgrad::tests
