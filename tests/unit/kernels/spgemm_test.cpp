#include "src/kernels/spgemm.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "src/kernels/sorted_set.hpp"
#include "tests/unit/kernels/problem.hpp"

namespace spgrad::kernels::testing {
namespace {

TEST(SortedSet, GivesBackWhatWasPutInOnceAndAscending) {
  for (const Index n : {0, 1, 63, 64, 65, 4096, 4097, 300000}) {
    SortedSet set(n);
    for (int turn = 0; turn < 2; ++turn) {  // empty again after each
      std::vector<Index> put, got;
      for (Index i = n - 1; i >= 0; i -= 1 + i / 3) put.insert(put.end(), {i, i, (i * 7 + turn) % n});
      for (const Index i : put) set.insert(i);
      std::ranges::sort(put);
      put.erase(std::unique(put.begin(), put.end()), put.end());
      set.drain([&](Index i) { got.push_back(i); });
      EXPECT_EQ(got, put) << n;
    }
  }
}

template <class T>
class Spgemm : public ::testing::Test {};
using DTypes =
    ::testing::Types<bool, std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t,
                     std::uint32_t, std::uint64_t, float, double, std::complex<float>, std::complex<double>>;
TYPED_TEST_SUITE(Spgemm, DTypes);

// Majors of a matrix with `minors` minors, of less than `length` entries: some empty, duplicates, unsorted.
template <class T>
struct Matrix {
  Matrix(Index majors, Index columns, unsigned seed, unsigned length = 6) : minors(columns) {
    std::mt19937 random(seed);
    for (Index i = 0; i < majors; ++i) {
      const Index n = i % 4 == 1 ? 0 : static_cast<Index>(random() % length);
      for (Index p = 0; p < n; ++p) indices.push_back(static_cast<LocalIndex>(random() % columns));
      if (n > 1) indices.back() = indices[indices.size() - 2];
      indptr.push_back(static_cast<Index>(indices.size()));
    }
    data = numbers<T>(indptr.back(), seed + 1);
  }
  Entries<T> entries() const { return {indptr, indices, data.get()}; }
  Index majors() const { return static_cast<Index>(indptr.size()) - 1; }
  /// All elements, row by row.
  std::unique_ptr<T[]> dense() const {
    auto x = std::make_unique<T[]>(static_cast<std::size_t>(majors() * minors));
    for (Index i = 0; i < majors(); ++i)
      for (Index p = indptr[i]; p < indptr[i + 1]; ++p) {
        T& to = x[i * minors + indices[p]];
        to = sum(to, data[p]);
      }
    return x;
  }
  Index minors;
  std::vector<Index> indptr{0};
  std::vector<LocalIndex> indices;
  std::unique_ptr<T[]> data;
};

// The first `own` rows of B in one place, the others in another.
template <class T>
struct Split {
  Split(const Matrix<T>& B, Index own) : first(B.indptr.begin(), B.indptr.begin() + own + 1) {
    const Index at = B.indptr[own];
    for (Index k = own; k <= B.majors(); ++k) second.push_back(B.indptr[k] - at);
    const std::span<const LocalIndex> all = B.indices;
    rows = {{first, all.first(at), B.data.get()}, {second, all.subspan(at), B.data.get() + at}};
  }
  std::vector<Index> first, second;
  SparseRows<T> rows;
};
template <class T>
SparseRows<bool> pattern(const SparseRows<T>& rows) {
  const auto of = [](const Entries<T>& e) { return Entries<bool>(e.begins, e.ends, e.indices, nullptr); };
  return {of(rows.own), of(rows.ghost)};
}

template <class T>
T naive(const T* a, const T* b, Index n, Index stride) {
  T xy{};
  for (Index k = 0; k < n; ++k) xy = sum(xy, product(a[k], b[k * stride]));
  return xy;
}

constexpr Index kRows = 23, kMiddle = 11, kColumns = 130;

TYPED_TEST(Spgemm, EqualsTheLoopForEverySplit) {
  using T = TypeParam;
  const Matrix<T> A(kRows, kMiddle, 1), B(kMiddle, kColumns, 2);
  const auto a = A.dense(), b = B.dense();
  for (Index own = 0; own <= kMiddle; ++own) {
    const Split<T> split(B, own);
    const ProductPattern C = spgemm_pattern({A.indptr, A.indices}, pattern(split.rows), kColumns);
    const auto out = numbers<T>(C.indptr.back(), 9);
    spgemm<T>(A.entries(), split.rows, {C.indptr, C.minors}, kColumns, out.get());
    auto dense = std::make_unique<T[]>(kRows * kColumns);
    spgemm_dense<T>(A.entries(), split.rows, {dense.get(), nullptr, kRows, kRows, kColumns});
    for (Index i = 0; i < kRows; ++i) {
      std::map<Index, T> stored;
      for (Index p = C.indptr[i]; p < C.indptr[i + 1]; ++p) {
        EXPECT_TRUE(p == C.indptr[i] || C.minors[p - 1] < C.minors[p]);
        stored[C.minors[p]] = out[p];
      }
      for (Index j = 0; j < kColumns; ++j) {
        const T expected = naive<T>(&a[i * kMiddle], &b[j], kMiddle, kColumns);
        ASSERT_EQ(dense[i * kColumns + j], expected) << own << ": " << i << ", " << j;
        ASSERT_EQ(stored.contains(j) ? stored[j] : T{}, expected) << own << ": " << i << ", " << j;
      }
    }
  }
}

TEST(SpgemmPattern, StoresWhatThePatternsAllowAndNoMore) {
  // (0, 0) and (0, 1) twice; row 1 is empty; row 2 names an empty row.
  const std::vector<Index> a_indptr{0, 3, 3, 4}, b_indptr{0, 2, 4, 4};
  const std::vector<LocalIndex> a{1, 0, 1, 2}, b{4, 2, 0, 4};
  const ProductPattern C = spgemm_pattern({a_indptr, a}, {{b_indptr, b}, {std::span(b_indptr).first(1), {}}}, 5);
  EXPECT_EQ(C.indptr, (std::vector<Index>{0, 3, 3, 3}));
  EXPECT_EQ(C.minors, (std::vector<LocalIndex>{0, 2, 4}));
}

template <class T>
void expect_samples(const Matrix<T>& X, const Matrix<T>& Y) {
  const Matrix<T> P(kRows, kMiddle, 3);
  const auto x = X.dense(), y = Y.dense();
  const Index n = P.indptr.back();
  for (const bool scaled : {false, true})
    for (Index own = 0; own <= kMiddle; ++own) {
      Entries<T> at = P.entries();
      if (!scaled) at.data = nullptr;
      const Split<T> split(Y, own);
      const SplitRows<T> y_rows(y.get(), kMiddle, kColumns, own);
      const auto both = numbers<T>(n, 6), left = numbers<T>(n, 7), right = numbers<T>(n, 8);
      sddmm<T>(at, X.entries(), split.rows, kColumns, both.get());
      sddmm<T>(at, X.entries(), y_rows.in(), left.get());
      sddmm<T>(at, Rows<const T>{x.get(), nullptr, kRows, kRows, kColumns}, split.rows, right.get());
      for (Index i = 0; i < kRows; ++i)
        for (Index p = P.indptr[i]; p < P.indptr[i + 1]; ++p) {
          const T xy = naive<T>(&x[i * kColumns], &y[P.indices[p] * kColumns], kColumns, 1);
          const T expected = scaled ? product(P.data[p], xy) : xy;
          ASSERT_EQ(both[p], expected) << own;
          ASSERT_EQ(left[p], expected) << own;
          ASSERT_EQ(right[p], expected) << own;
        }
    }
}

TYPED_TEST(Spgemm, SamplesAProductOfRowsByRows) {
  using T = TypeParam;
  const Matrix<T> A(kRows, kMiddle, 1), B(kMiddle, kColumns, 2), P(kRows, kColumns, 3, 40);
  const auto a = A.dense(), b = B.dense();
  for (const bool scaled : {false, true})
    for (Index own = 0; own <= kMiddle; ++own) {
      Entries<T> at = P.entries();
      if (!scaled) at.data = nullptr;
      const Split<T> split(B, own);
      const auto out = numbers<T>(P.indptr.back(), 6);
      spgemm_sampled<T>(at, A.entries(), split.rows, kColumns, out.get());
      for (Index i = 0; i < kRows; ++i)
        for (Index p = P.indptr[i]; p < P.indptr[i + 1]; ++p) {
          const T ab = naive<T>(&a[i * kMiddle], &b[P.indices[p]], kMiddle, kColumns);
          ASSERT_EQ(out[p], scaled ? product(P.data[p], ab) : ab) << own;
        }
    }
}

TYPED_TEST(Spgemm, SamplesProductsOfSparseFactorsOfWhichEitherHasTheLongerRows) {
  using T = TypeParam;
  expect_samples<T>({kRows, kColumns, 4}, {kMiddle, kColumns, 5});
  expect_samples<T>({kRows, kColumns, 4}, {kMiddle, kColumns, 5, 200});
  expect_samples<T>({kRows, kColumns, 4, 200}, {kMiddle, kColumns, 5});
}

}  // namespace
}  // namespace spgrad::kernels::testing
