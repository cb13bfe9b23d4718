#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "spgrad/error.hpp"
#include "tests/unit/kernels/problem.hpp"

namespace spgrad::kernels::testing {
namespace {

template <class T>
class Products : public ::testing::Test {};
using DTypes =
    ::testing::Types<bool, std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t,
                     std::uint32_t, std::uint64_t, float, double, std::complex<float>, std::complex<double>>;
TYPED_TEST_SUITE(Products, DTypes);

TYPED_TEST(Products, SpmmEqualsTheLoopForEveryWidthSplitAndAlpha) {
  using T = TypeParam;
  for (const Index k : kWidths)
    for (Index own = 0; own <= Problem<T>::kMinors; ++own)
      for (const bool accumulate : {false, true})
        for (const T alpha : {T(1), T(2)}) {
          const Problem<T> q(k);
          auto expected = numbers<T>(q.kMajors * k, 4);
          const SplitRows<T> X(q.X.get(), q.kMinors, k, own), out(expected.get(), q.kMajors, k, own);
          q.spmm(alpha, accumulate, expected.get());
          spmm(q.A(), X.in(), alpha, accumulate, out.rows);
          ASSERT_EQ(out.values(), as_vector(expected, q.kMajors * k)) << "k " << k << ", own " << own;
        }
}

TYPED_TEST(Products, SpmmScatterEqualsTheLoop) {
  using T = TypeParam;
  for (const Index k : kWidths)
    for (Index own = 0; own <= Problem<T>::kMinors; ++own)
      for (const T alpha : {T(1), T(2)}) {
        const Problem<T> q(k);
        auto expected = numbers<T>(q.kMinors * k, 4);
        const SplitRows<T> Y(q.Y.get(), q.kMajors, k, own), out(expected.get(), q.kMinors, k, own);
        q.spmm_scatter(alpha, expected.get());
        spmm_scatter(q.A(), Y.in(), alpha, out.rows);
        ASSERT_EQ(out.values(), as_vector(expected, q.kMinors * k)) << "k " << k << ", own " << own;
      }
}

TYPED_TEST(Products, SddmmEqualsTheLoopWithAndWithoutData) {
  using T = TypeParam;
  for (const Index k : kWidths)
    for (Index own = 0; own <= Problem<T>::kMinors; ++own)
      for (const bool scaled : {false, true}) {
        const Problem<T> q(k);
        auto expected = numbers<T>(q.nnz(), 4), out = numbers<T>(q.nnz(), 5);
        const SplitRows<T> Y(q.Y.get(), q.kMajors, k, own), X(q.X.get(), q.kMinors, k, own);
        q.sddmm(scaled, expected.get());
        Entries<T> P = q.A();
        if (!scaled) P.data = nullptr;
        sddmm(P, Y.in(), X.in(), out.get());
        ASSERT_EQ(as_vector(out, q.nnz()), as_vector(expected, q.nnz())) << "k " << k << ", own " << own;
      }
}

TYPED_TEST(Products, APatternWithoutEntriesGivesZeros) {
  using T = TypeParam;
  const Problem<T> q(9, true);
  const SplitRows<T> X(q.X.get(), q.kMinors, 9, 4), out(q.Y.get(), q.kMajors, 9, 4);
  spmm(q.A(), X.in(), T(1), false, out.rows);
  EXPECT_EQ(out.values(), std::vector<T>(static_cast<std::size_t>(q.kMajors * 9), T{}));
}

TEST(Spmm, IntegersWrapAsInNumPy) {
  const std::vector<Index> indptr{0, 1};
  const std::vector<LocalIndex> indices{0};
  const std::int64_t a = std::numeric_limits<std::int64_t>::max(), x = 3;
  std::int64_t out = 0;
  spmm<std::int64_t>({indptr, indices, &a}, {&x, nullptr, 1, 1, 1}, 1, false, {&out, nullptr, 1, 1, 1});
  EXPECT_EQ(out, a - 2);  // 3 (2^63 - 1) modulo 2^64
}

TEST(Spmm, PollsWhileItWorks) {
  const Index majors = 100000;
  std::vector<Index> indptr;
  for (Index i = 0; i <= majors; ++i) indptr.push_back(i);
  const std::vector<LocalIndex> indices(static_cast<std::size_t>(majors), 0);
  const std::vector<double> data(static_cast<std::size_t>(majors), 1), x(8, 1);
  std::vector<double> out(static_cast<std::size_t>(majors) * 8);
  int polls = 0;
  const Poll poll{[](void* n) { ++*static_cast<int*>(n); }, &polls};
  spmm<double>({indptr, indices, data.data()}, {x.data(), nullptr, 1, 1, 8}, 1, false,
               {out.data(), nullptr, majors, majors, 8}, poll);
  EXPECT_GE(polls, 10);
  EXPECT_EQ(out, std::vector<double>(out.size(), 1));
}

TYPED_TEST(Products, GemmEqualsTheLoopInEveryOrder) {
  using T = TypeParam;
  for (const auto& [m, n, k] : {std::array<Index, 3>{4, 5, 6}, {1, 7, 1}, {3, 0, 2}, {0, 3, 2}, {3, 2, 0}, {17, 33, 9}})
    for (int orders = 0; orders < 16; ++orders) {
      const bool accumulate = orders & 8;
      const auto a = numbers<T>(m * n, 1), b = numbers<T>(n * k, 2), c = numbers<T>(m * k, 3);
      const DenseBlock<const T> A{a.get(), m, n, orders & 1}, B{b.get(), n, k, orders >> 1 & 1};
      const DenseBlock<T> C{c.get(), m, k, orders >> 2 & 1};
      const auto at = [](const auto& M, Index i, Index j) {
        return M.data[M.slow == 0 ? i * M.cols + j : j * M.rows + i];
      };
      std::vector<T> expected, got;
      for (Index i = 0; i < m; ++i)
        for (Index j = 0; j < k; ++j) {
          T total = accumulate ? at(C, i, j) : T{};
          for (Index p = 0; p < n; ++p) total = sum(total, product<T>(at(A, i, p), at(B, p, j)));
          expected.push_back(total);
        }
      gemm(A, B, accumulate, C);
      for (Index i = 0; i < m; ++i)
        for (Index j = 0; j < k; ++j) got.push_back(at(C, i, j));
      ASSERT_EQ(got, expected) << m << " x " << n << " x " << k << ", orders " << orders;
    }
}

TEST(Gemm, ComplainsOfShapesThatDoNotFitAndOfSizesThatBlasCannotTake) {
  const double x = 1;
  double y = 0;
  EXPECT_THROW(gemm<double>({&x, 1, 2}, {&x, 3, 1}, false, {&y, 1, 1}), Error);
  const Index large = Index{1} << 31;
  EXPECT_THROW(gemm<double>({&x, 1, large}, {&x, large, 1}, false, {&y, 1, 1}), Error);
}

}  // namespace
}  // namespace spgrad::kernels::testing
