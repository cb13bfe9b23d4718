// Rows that live elsewhere, fetched.
#include <gtest/gtest.h>

#include "src/comm/entries.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/unit/comm/matrices.hpp"

namespace spgrad::tests {
namespace {

struct Case {
  Value A;
  std::vector<Entry> entries;  // as stored
  Index majors;
};

Case random_case(World& world, Random& random, Format format, DType dtype = DType::float64) {
  const Index majors = 1 + below(random, 9), minors = 1 + below(random, 9);
  const auto entries =
      format == Format::csr ? random_entries(random, majors, minors, 40) : random_entries(random, minors, majors, 40);
  const Layout major = random_layout(random, majors, world.size()), minor = random_layout(random, minors, world.size());
  return {matrix(world, format, dtype, entries, major, minor), in_storage_order(entries, format), majors};
}

Index major_of(const Entry& e, Format format) { return format == Format::csr ? e.i : e.j; }

// The entries of the majors that all ranks need, one rank's after the other's, numbered anew.
std::vector<Entry> expected(const Case& c, const std::vector<std::vector<Index>>& need) {
  std::vector<Entry> out;
  Index k = 0;
  for (const auto& rank : need)
    for (const Index major : rank) {
      for (const Entry& e : c.entries)
        if (major_of(e, c.A.format()) == major)
          out.push_back(c.A.format() == Format::csr ? Entry{k, e.j, e.x} : Entry{e.i, k, e.x});
      ++k;
    }
  return out;
}

// In any order, with repeats; some ranks need nothing. The same list of lists on every rank.
std::vector<std::vector<Index>> random_needs(Random& random, Index majors, int ranks) {
  std::vector<std::vector<Index>> need(static_cast<std::size_t>(ranks));
  for (auto& mine : need)
    for (Index left = below(random, 3) == 0 ? 0 : below(random, 2 * majors); left > 0; --left)
      mine.push_back(below(random, majors));
  return need;
}

TEST(Fetch, GivesTheRowsThatEachRankNeedsInItsOrder) {
  for_ranks([](World& world) {
    Random random(21);
    for (int turn = 0; turn < 24; ++turn) {
      const Case c = random_case(world, random, turn % 2 == 0 ? Format::csr : Format::csc);
      const auto need = random_needs(random, c.majors, world.size());
      const auto& mine = need[static_cast<std::size_t>(world.rank())];
      const auto move = comm::fetched(world, c.A.sparsity(), mine);
      EXPECT_EQ(stored(world, comm::moved(move, c.A, c.A.format())), expected(c, need));
      EXPECT_EQ(move.pattern->local_majors(), static_cast<Index>(mine.size()));
      EXPECT_EQ(move.pattern->minor, c.A.sparsity()->minor);
    }
  });
}

TEST(Fetch, MovesValuesOfEveryDtype) {
  for_ranks([](World& world) {
    Random random(22);
    for (int k = 0; k < kDTypes; ++k) {
      const auto dtype = static_cast<DType>(k);
      const Case c = random_case(world, random, Format::csr, dtype);
      const auto need = random_needs(random, c.majors, world.size());
      const auto move = comm::fetched(world, c.A.sparsity(), need[static_cast<std::size_t>(world.rank())]);
      EXPECT_EQ(stored(world, comm::moved(move, c.A, Format::csr)), in_dtype(expected(c, need), dtype)) << dtype;
    }
  });
}

TEST(Fetch, OfEveryRanksOwnRowsIsTheMatrixItself) {
  for_ranks([](World& world) {
    Random random(23);
    const Case c = random_case(world, random, Format::csc);
    const Layout& major = c.A.sparsity()->major;
    std::vector<Index> own;
    for (Index k = major.begin(world.rank()); k < major.end(world.rank()); ++k) own.push_back(k);
    const auto move = comm::fetched(world, c.A.sparsity(), own);
    EXPECT_EQ(move.pattern, c.A.sparsity());
    EXPECT_EQ(move.forest, nullptr);
    EXPECT_EQ(comm::moved(move, c.A, Format::csc).buffer().bytes(), c.A.buffer().bytes());
  });
}

TEST(Fetch, OnlyValuesOfRowsThatLiveElsewhereTravel) {
  for_ranks([](World& world) {
    Random random(24);
    const Case c = random_case(world, random, Format::csr, DType::complex64);
    const auto need = random_needs(random, c.majors, world.size());
    const auto move = comm::fetched(world, c.A.sparsity(), need[static_cast<std::size_t>(world.rank())]);
    const Index before = world.traffic().bytes;
    comm::moved(move, c.A, Format::csr);
    Index leaving = 0;
    for (std::size_t r = 0; r < need.size(); ++r)
      for (const Index k : need[r])
        if (static_cast<int>(r) != world.rank() && c.A.sparsity()->major.owner(k) == world.rank())
          leaving += std::ranges::count(c.entries, k, &Entry::i);
    EXPECT_EQ(world.traffic().bytes - before, leaving * 8);
  });
}

TEST(Fetch, ARowThatDoesNotExistIsAnErrorOnEveryRank) {
  for_ranks([](World& world) {
    const Value A = matrix(world, Format::csr, DType::float64, {{0, 1, 2.0}}, Layout::even(3, world.size()),
                           Layout::even(2, world.size()));
    const std::vector<Index> need(world.rank() == world.size() - 1 ? 1 : 0, 3);
    EXPECT_NE(complaint([&] { comm::fetched(world, A.sparsity(), need); }).find("index 3 is out of range 0 .. 2"),
              std::string::npos);
  });
}

TEST(Fetch, GhostRowsAreThoseThatThePatternNamesAndAreFoundAgain) {
  for_ranks([](World& world) {
    Random random(25);
    for (int turn = 0; turn < 6; ++turn) {
      const Index m = 1 + below(random, 7), n = 1 + below(random, 9), k = 1 + below(random, 5);
      const Layout middle = random_layout(random, n, world.size());
      const auto entries = random_entries(random, n, k, 30);
      const Value P = matrix(world, Format::csr, DType::int8, random_entries(random, m, n, 25),
                             random_layout(random, m, world.size()), middle);
      const Value A =
          matrix(world, Format::csr, DType::float64, entries, middle, random_layout(random, k, world.size()));
      const auto rows = comm::ghost_rows(world, P.sparsity(), A.sparsity());
      const std::vector<Index> ghosts(P.sparsity()->ghosts.begin(), P.sparsity()->ghosts.end());
      std::vector<std::vector<Index>> need;
      for (int r = 0; r < world.size(); ++r)
        need.push_back(world.gather_all(std::span<const Index>(r == world.rank() ? ghosts : std::vector<Index>{})));
      const Case c{A, in_storage_order(entries, Format::csr), n};
      EXPECT_EQ(stored(world, comm::moved(rows, A, Format::csr)), expected(c, need));
      const Index before = world.traffic().bytes;
      EXPECT_EQ(comm::ghost_rows(world, P.sparsity(), A.sparsity()).pattern, rows.pattern);
      EXPECT_EQ(world.traffic().bytes, before);
    }
  });
}

TEST(Fetch, WhatAPatternKeepsOfAnotherKeepsNeitherAlive) {
  for_ranks([](World& world) {
    Random random(26);
    const Layout middle = random_layout(random, 6, world.size()), other = random_layout(random, 5, world.size());
    std::weak_ptr<const Sparsity> watch_P, watch_A, watch_rows;
    {
      const Value P = matrix(world, Format::csr, DType::int8, random_entries(random, 6, 6, 25), middle, middle);
      watch_P = P.sparsity();
      comm::ghost_rows(world, P.sparsity(), P.sparsity());
      {
        const Value A = matrix(world, Format::csr, DType::int8, random_entries(random, 6, 5, 25), middle, other);
        watch_A = A.sparsity();
        watch_rows = comm::ghost_rows(world, P.sparsity(), A.sparsity()).pattern;
      }
      EXPECT_TRUE(watch_A.expired());
      const Value B = matrix(world, Format::csr, DType::int8, random_entries(random, 6, 5, 25), middle, other);
      comm::ghost_rows(world, P.sparsity(), B.sparsity());
      EXPECT_TRUE(watch_rows.expired());
    }
    EXPECT_TRUE(watch_P.expired());
  });
}

}  // namespace
}  // namespace spgrad::tests
