#include <gtest/gtest.h>

#include "src/comm/entries.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/unit/comm/matrices.hpp"

namespace spgrad::tests {
namespace {

TEST(Relayout, KeepsOrderAndDuplicates) {
  for_ranks([](World& world) {
    Random random(4);
    for (int turn = 0; turn < 12; ++turn) {
      const Index rows = below(random, 10), columns = 1 + below(random, 10);
      const Format format = turn % 2 == 0 ? Format::csr : Format::csc;
      const Index majors = format == Format::csr ? rows : columns, minors = rows + columns - majors;
      const auto cut = [&](Index n) { return random_layout(random, n, world.size()); };
      const auto entries = random_entries(random, rows, columns, 45);
      const Value A = matrix(world, format, DType::float64, entries, cut(majors), cut(minors));
      const Layout major = cut(majors), minor = cut(minors);
      const Value B = relayout(world, A, major, minor);
      EXPECT_EQ(stored(world, B), in_storage_order(entries, format));
      EXPECT_EQ(B.format(), format);
      EXPECT_EQ(B.layout(), major);
      EXPECT_EQ(B.sparsity()->minor, minor);
      EXPECT_EQ(B.sparsity()->fingerprint,
                matrix(world, format, DType::float64, entries, major, minor).sparsity()->fingerprint);
    }
  });
}

TEST(Relayout, MovesEveryDType) {
  for_ranks([](World& world) {
    Random random(5);
    const auto entries = random_entries(random, 8, 6, 30);
    const Layout even = Layout::even(8, world.size()), columns = Layout::even(6, world.size());
    const Layout other = random_layout(random, 8, world.size());
    for (int k = 0; k < kDTypes; ++k) {
      const auto dtype = static_cast<DType>(k);
      const Value B = relayout(world, matrix(world, Format::csr, dtype, entries, even, columns), other, columns);
      EXPECT_EQ(stored(world, B), in_dtype(in_storage_order(entries, Format::csr), dtype)) << dtype;
    }
  });
}

TEST(Relayout, TheSecondTimeOnlyValuesTravel) {
  for_ranks([](World& world) {
    Random random(6);
    const auto entries = random_entries(random, 9, 9, 40);
    const Layout even = Layout::even(9, world.size());
    std::vector<Index> starts(static_cast<std::size_t>(world.size()) + 1, 9);
    starts.front() = 0;  // all rows on the first rank
    const Layout first(starts);
    const Value A = matrix(world, Format::csr, DType::complex128, entries, even, even);
    const Value B = relayout(world, A, first, even);
    const Index before = world.traffic().bytes;
    const Value C = relayout(world, A, first, even);
    const Index sent = world.traffic().bytes - before;
    EXPECT_EQ(C.sparsity(), B.sparsity());
    EXPECT_EQ(sent, world.rank() == 0 ? 0 : A.local_size() * 16);
  });
}

TEST(Relayout, ThereAndBackIsTheSamePatternByAnyWay) {
  for_ranks([](World& world) {
    Random random(7);
    const auto entries = random_entries(random, 9, 7, 40);
    const auto rows = [&] { return random_layout(random, 9, world.size()); };
    const auto columns = [&] { return random_layout(random, 7, world.size()); };
    const Value A = matrix(world, Format::csr, DType::int32, entries, rows(), columns());
    const Layout r1 = rows(), c1 = columns(), r2 = rows(), c2 = columns();
    const Value B = relayout(world, A, r1, c1), C = relayout(world, B, r2, c2);
    EXPECT_EQ(C.sparsity(), relayout(world, A, r2, c2).sparsity());
    EXPECT_EQ(stored(world, C), in_storage_order(entries, Format::csr));
    const Value back = relayout(world, C, A.rows(), A.columns());
    EXPECT_EQ(back.sparsity(), A.sparsity());
    EXPECT_TRUE(std::ranges::equal(back.bytes(), A.bytes()));
  });
}

TEST(Relayout, ANewMinorLayoutMovesNoValue) {
  for_ranks([](World& world) {
    Random random(8);
    const auto entries = random_entries(random, 9, 7, 40);
    const Layout rows = random_layout(random, 9, world.size());
    std::vector<Index> starts(static_cast<std::size_t>(world.size()) + 1, 7);
    starts.front() = 0;
    const Value A = matrix(world, Format::csr, DType::float32, entries, rows, Layout::even(7, world.size()));
    const Value B = relayout(world, A, rows, Layout(starts));
    EXPECT_EQ(B.buffer().bytes(), A.buffer().bytes());
    EXPECT_EQ(B.sparsity()->indptr.data(), A.sparsity()->indptr.data());
    EXPECT_EQ(stored(world, B), in_storage_order(entries, Format::csr));
    const Index before = world.traffic().bytes;
    relayout(world, A, rows, Layout(starts));
    EXPECT_EQ(world.traffic().bytes, before);
  });
}

TEST(Relayout, ToItsOwnLayoutsIsTheMatrixItself) {
  for_ranks([](World& world) {
    Random random(9);
    const Layout rows = random_layout(random, 5, world.size()), columns = random_layout(random, 4, world.size());
    const Value A = matrix(world, Format::csc, DType::float64, random_entries(random, 4, 5, 10), rows, columns);
    const Value B = relayout(world, A, rows, columns);
    EXPECT_EQ(B.sparsity(), A.sparsity());
    EXPECT_EQ(B.buffer().bytes(), A.buffer().bytes());
  });
}

TEST(Relayout, APatternOutlivesItsOriginalAndLeavesNothingBehind) {
  for_ranks([](World& world) {
    Random random(10);
    const auto entries = random_entries(random, 6, 6, 20);
    const Layout even = Layout::even(6, world.size());
    std::weak_ptr<const Sparsity> watch;
    {
      Value B;
      {
        const Value A = matrix(world, Format::csr, DType::float64, entries, even, even);
        watch = A.sparsity();
        B = relayout(world, A, random_layout(random, 6, world.size()), even);
        B = relayout(world, B, random_layout(random, 6, world.size()), even);
      }
      const Value back = relayout(world, B, even, even);
      EXPECT_EQ(back.sparsity(), watch.lock());
      EXPECT_EQ(stored(world, back), in_storage_order(entries, Format::csr));
    }
    EXPECT_TRUE(watch.expired());
  });
}

TEST(Relayout, RefusesOtherSizesAndDenseValues) {
  for_ranks([](World& world) {
    const Layout three = Layout::even(3, world.size()), four = Layout::even(4, world.size());
    const Value A = matrix(world, Format::csr, DType::float64, {{1, 1, 1.0}}, three, three);
    EXPECT_EQ(complaint([&] { relayout(world, A, four, three); }),
              "a pattern of 3 majors and 3 minors cannot be cut by layouts of 4 and 3");
    EXPECT_EQ(complaint([&] {
                relayout(world, zeros(Shape{3, 3}), three, three);
              }),
              "only a sparse matrix has a major and a minor layout, not dense float64 (3 x 3)");
  });
}

}  // namespace
}  // namespace spgrad::tests
