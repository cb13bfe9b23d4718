// csr <-> csc: what is turned, and how it comes back.
#include <gtest/gtest.h>

#include "src/comm/entries.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/unit/comm/matrices.hpp"

namespace spgrad::tests {
namespace {

// A matrix of this format with unsorted minors, duplicates and zeros, cut at random.
Value random_matrix(World& world, Random& random, Format format, DType dtype, const std::vector<Entry>& entries,
                    Index rows, Index columns) {
  const Layout i = random_layout(random, rows, world.size()), j = random_layout(random, columns, world.size());
  return format == Format::csr ? matrix(world, format, dtype, entries, i, j)
                               : matrix(world, format, dtype, entries, j, i);
}

TEST(Convert, TurnedMinorsAscendAndDuplicatesKeepTheirOrder) {
  for_ranks([](World& world) {
    Random random(11);
    for (int turn = 0; turn < 12; ++turn) {
      const Index rows = below(random, 10), columns = 1 + below(random, 10);
      const Format from = turn % 2 == 0 ? Format::csr : Format::csc, to = flipped(from);
      const auto entries = random_entries(random, rows, columns, 45);
      const Value A = random_matrix(world, random, from, DType::float64, entries, rows, columns);
      const Value B = convert(world, A, to);
      EXPECT_EQ(stored(world, B), in_full_order(entries, to));
      EXPECT_EQ(B.format(), to);
      EXPECT_EQ(B.shape(), A.shape());
      EXPECT_EQ(B.rows(), A.rows());
      EXPECT_EQ(B.columns(), A.columns());
      EXPECT_TRUE(B.sparsity()->sorted);
      EXPECT_EQ(B.sparsity()->unique, A.sparsity()->unique);
    }
  });
}

TEST(Convert, TheWayBackRestoresPatternAndOrder) {
  for_ranks([](World& world) {
    Random random(12);
    for (int k = 0; k < kDTypes; ++k) {
      const auto dtype = static_cast<DType>(k);
      const auto entries = random_entries(random, 7, 8, 40);
      const Value A = random_matrix(world, random, Format::csr, dtype, entries, 7, 8);
      const Value B = convert(world, A, Format::csc), C = convert(world, B, Format::csr);
      EXPECT_EQ(stored(world, B), in_dtype(in_full_order(entries, Format::csc), dtype)) << dtype;
      EXPECT_EQ(C.sparsity(), A.sparsity());
      EXPECT_TRUE(std::ranges::equal(C.bytes(), A.bytes())) << dtype;
    }
  });
}

TEST(Convert, TheSecondTimeOnlyValuesTravel) {
  for_ranks([](World& world) {
    Random random(13);
    const Value A = random_matrix(world, random, Format::csr, DType::complex64, random_entries(random, 9, 9, 50), 9, 9);
    const Value B = convert(world, A, Format::csc);
    convert(world, B, Format::csr);
    const auto sent = [&](auto&& work) {
      const Index before = world.traffic().bytes;
      work();
      return world.traffic().bytes - before;
    };
    Index leaving = 0;
    for (const LocalIndex i : A.sparsity()->indices) leaving += i >= A.sparsity()->own_minors();
    EXPECT_EQ(sent([&] { EXPECT_EQ(convert(world, A, Format::csc).sparsity(), B.sparsity()); }), leaving * 8);
    Index returning = 0;
    for (const LocalIndex i : B.sparsity()->indices) returning += i >= B.sparsity()->own_minors();
    EXPECT_EQ(sent([&] { EXPECT_EQ(convert(world, B, Format::csr).sparsity(), A.sparsity()); }), returning * 8);
  });
}

TEST(Convert, ATurnedPatternOutlivesItsOriginalAndLeavesNothingBehind) {
  for_ranks([](World& world) {
    Random random(14);
    const auto entries = random_entries(random, 8, 6, 30);
    std::weak_ptr<const Sparsity> watch;
    {
      Value B;
      {
        const Value A = random_matrix(world, random, Format::csr, DType::float64, entries, 8, 6);
        watch = A.sparsity();
        B = relayout(world, convert(world, A, Format::csc), Layout::even(6, world.size()),
                     Layout::even(8, world.size()));
        convert(world, B, Format::csr);
      }
      const Value T = relayout(world, B, Layout::even(6, world.size()), random_layout(random, 8, world.size()));
      EXPECT_EQ(contents_of(stored(world, convert(world, T, Format::csr))), contents_of(entries));
    }
    EXPECT_TRUE(watch.expired());
  });
}

TEST(Convert, ToItsOwnFormatIsTheMatrixItself) {
  for_ranks([](World& world) {
    Random random(15);
    const Value A = random_matrix(world, random, Format::csc, DType::int8, random_entries(random, 3, 4, 8), 3, 4);
    EXPECT_EQ(convert(world, A, Format::csc).buffer().bytes(), A.buffer().bytes());
  });
}

}  // namespace
}  // namespace spgrad::tests
