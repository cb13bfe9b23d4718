// Every instruction set that this processor runs, each through its own table.
#include "src/kernels/isa.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "tests/unit/kernels/problem.hpp"

namespace spgrad::kernels::testing {
namespace {

template <class T>
const HotKernels<T>& of(const HotTable& table) {
  if constexpr (std::is_same_v<T, float>)
    return table.float32;
  else
    return table.float64;
}
template <class T>
PlainRows<T> plain(const Rows<T>& r) {
  return {r.own, r.ghost, r.own_rows, r.cols};
}

template <class T>
class Isa : public ::testing::Test {};
using HotTypes = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Isa, HotTypes);

// Rows of every length up to where strips have repeated for all vector widths.
TYPED_TEST(Isa, EveryTableComputesTheSameProducts) {
  using T = TypeParam;
  for (const HotTable* table : runnable_tables())
    for (Index k = 1; k <= 300; ++k) {
      const Problem<T> q(k);
      const PlainEntries<T> A{q.indptr.data(), q.indptr.data() + 1, q.indices.data(), q.data.get(), 0, q.kMajors};
      const SplitRows<T> X(q.X.get(), q.kMinors, k, 4), Y(q.Y.get(), q.kMajors, k, 9);
      const std::string where = std::string(table->name) + ", k " + std::to_string(k);

      auto expected = as_vector(q.Y, q.kMajors * k);
      q.spmm(T(2), true, expected.data());
      const SplitRows<T> product(q.Y.get(), q.kMajors, k, 9);
      of<T>(*table).spmm(A, plain(X.in()), T(2), true, plain(product.rows));
      ASSERT_EQ(product.values(), expected) << where;

      expected = as_vector(q.X, q.kMinors * k);
      q.spmm_scatter(T(2), expected.data());
      const SplitRows<T> scattered(q.X.get(), q.kMinors, k, 4);
      of<T>(*table).spmm_scatter(A, plain(Y.in()), T(2), plain(scattered.rows));
      ASSERT_EQ(scattered.values(), expected) << where;

      expected.resize(static_cast<std::size_t>(q.nnz()));
      q.sddmm(true, expected.data());
      std::vector<T> sampled(expected.size(), T(7));
      of<T>(*table).sddmm(A, plain(Y.in()), plain(X.in()), sampled.data());
      ASSERT_EQ(sampled, expected) << where;
    }
}

// Where the overlapping lanes are left out, infinity must not meet zero.
TYPED_TEST(Isa, AnInfinityInTheOverlapOfTwoVectorsStaysAnInfinity) {
  using T = TypeParam;
  const T infinity = std::numeric_limits<T>::infinity();
  const std::array<Index, 2> indptr{0, 1};
  const std::array<LocalIndex, 1> indices{0};
  for (const HotTable* table : runnable_tables())
    for (std::size_t k = 1; k < 40; ++k)
      for (std::size_t c = 0; c < k; ++c) {
        std::vector<T> ones(k, T(1)), x(k, T(1));
        x[c] = infinity;
        const auto width = static_cast<Index>(k);
        const PlainEntries<T> P{indptr.data(), indptr.data() + 1, indices.data(), nullptr, 0, 1};
        const PlainRows<const T> X{x.data(), nullptr, 1, width}, Y{ones.data(), nullptr, 1, width};
        T xy = 0, yx = 0;
        of<T>(*table).sddmm(P, X, Y, &xy);
        of<T>(*table).sddmm(P, Y, X, &yx);
        ASSERT_EQ(xy, infinity) << table->name << ", k " << k << ", at " << c;
        ASSERT_EQ(yx, infinity) << table->name << ", k " << k << ", at " << c;
      }
}

// What a program prints whose SPGRAD_ISA is `wanted`: this one, started again.
std::string isa_if_asked_for(const std::string& wanted) {
  const std::string command = "env -u GTEST_TOTAL_SHARDS -u GTEST_SHARD_INDEX SPGRAD_ISA=" + wanted + " /proc/" +
                              std::to_string(getpid()) +
                              "/exe --gtest_also_run_disabled_tests --gtest_filter='*DISABLED_PrintsItself' 2>&1";
  std::FILE* pipe = popen(command.c_str(), "r");
  std::string out;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) out += static_cast<char>(c);
  pclose(pipe);
  return out;
}
TEST(IsaChoice, DISABLED_PrintsItself) { std::printf("isa: %s.\n", std::string(isa()).c_str()); }

TEST(IsaChoice, TheEnvironmentPinsIt) {
  for (const HotTable* table : runnable_tables())
    EXPECT_NE(isa_if_asked_for(table->name).find("isa: " + std::string(table->name) + "."), std::string::npos);
  EXPECT_NE(isa_if_asked_for("''").find("isa: " + std::string(runnable_tables().back()->name) + "."),
            std::string::npos);
  EXPECT_NE(isa_if_asked_for("avx3").find("SPGRAD_ISA is 'avx3', but this processor runs: baseline"),
            std::string::npos);
}

}  // namespace
}  // namespace spgrad::kernels::testing
