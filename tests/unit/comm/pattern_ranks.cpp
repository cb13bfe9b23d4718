#include <gtest/gtest.h>

#include "tests/support/on_ranks.hpp"
#include "tests/unit/comm/matrices.hpp"

namespace spgrad::tests {
namespace {

// The pattern of the given rows, each rank with its own part of them.
SparsityPtr pattern_of(World& world, const std::vector<std::vector<Index>>& rows, const Layout& major,
                       const Layout& minor) {
  std::vector<Index> indptr{0}, minors;
  for (Index k = major.begin(world.rank()); k < major.end(world.rank()); ++k) {
    const auto& row = rows[static_cast<std::size_t>(k)];
    minors.insert(minors.end(), row.begin(), row.end());
    indptr.push_back(static_cast<Index>(minors.size()));
  }
  return make_sparsity(world, major, minor, std::move(indptr), minors);
}

SparsityPtr even_pattern_of(World& world, const std::vector<std::vector<Index>>& rows, Index columns) {
  return pattern_of(world, rows, Layout::even(static_cast<Index>(rows.size()), world.size()),
                    Layout::even(columns, world.size()));
}

TEST(MakeSparsity, OwnMinorsComeFirstThenGhostsAscending) {
  for_ranks([](World& world) {
    Random random(1);
    for (int turn = 0; turn < 8; ++turn) {
      const Index rows = below(random, 12), columns = 1 + below(random, 12);
      const auto entries = random_entries(random, rows, columns, 40);
      const Layout major = random_layout(random, rows, world.size()),
                   minor = random_layout(random, columns, world.size());
      const Value A = matrix(world, Format::csr, DType::float64, entries, major, minor);
      const Sparsity& s = *A.sparsity();
      EXPECT_EQ(stored(world, A), in_storage_order(entries, Format::csr));
      EXPECT_TRUE(std::ranges::is_sorted(s.ghosts));
      for (const Index g : s.ghosts) EXPECT_NE(minor.owner(g), world.rank());
      EXPECT_EQ(s.nnz(), static_cast<Index>(entries.size()));
      EXPECT_EQ(s.entries.count(world.rank()), s.local_nnz());
      EXPECT_EQ(s.ghost_rows, world.reduce(static_cast<Index>(s.ghosts.size())));
    }
  });
}

TEST(MakeSparsity, FlagsAreAgreedByAllRanks) {
  for_ranks([](World& world) {
    const auto flags = [&](const std::vector<Index>& last_row) {
      const auto s = even_pattern_of(world, {{0, 1}, {}, {2}, {1, 3}, {}, {0, 4, 5}, {}, {}, last_row}, 6);
      return std::pair(s->sorted, s->unique);
    };
    EXPECT_EQ(flags({0, 2, 5}), std::pair(true, true));
    EXPECT_EQ(flags({0, 2, 2, 5}), std::pair(true, false));
    EXPECT_EQ(flags({5, 2, 0}), std::pair(false, true));
    EXPECT_EQ(flags({5, 2, 0, 5}), std::pair(false, false));
    EXPECT_EQ(flags({}), std::pair(true, true));
  });
}

TEST(MakeSparsity, EqualPatternsHaveEqualFingerprints) {
  for_ranks([](World& world) {
    const std::vector<std::vector<Index>> rows{{0, 3}, {}, {3, 1}, {2}, {0, 1, 2}};
    const auto s = even_pattern_of(world, rows, 4);
    EXPECT_EQ(s->fingerprint, even_pattern_of(world, rows, 4)->fingerprint);
    EXPECT_EQ(s->fingerprint, world.reduce(s->fingerprint, comm::Combine::max));
    EXPECT_EQ(s->fingerprint, adopt_sparsity(world, s->major, s->minor, s->indptr, s->indices, s->ghosts)->fingerprint);

    const auto differs = [&](const SparsityPtr& other) { EXPECT_NE(s->fingerprint, other->fingerprint); };
    differs(even_pattern_of(world, {{0, 3}, {}, {3, 1}, {2}, {0, 1, 3}}, 4));
    differs(even_pattern_of(world, {{0, 3}, {}, {1, 3}, {2}, {0, 1, 2}}, 4));
    differs(even_pattern_of(world, {{0}, {3}, {3, 1}, {2}, {0, 1, 2}}, 4));
    differs(even_pattern_of(world, {{0, 3}, {}, {3, 1}, {2}, {0, 1, 2}, {}}, 4));
    differs(even_pattern_of(world, rows, 5));
    if (world.size() == 1) return;
    std::vector<Index> on_last(static_cast<std::size_t>(world.size()) + 1, 0);
    on_last.back() = 4;
    differs(pattern_of(world, rows, s->major, Layout(on_last)));
    on_last.back() = 5;
    differs(pattern_of(world, rows, Layout(on_last), s->minor));
  });
}

// What every rank complains of when the last one passes this indptr and these minors for two rows of ten columns.
std::string complaint_of_last(World& world, const std::vector<Index>& indptr, const std::vector<Index>& minors) {
  const bool last = world.rank() == world.size() - 1;
  const Layout rows = Layout::even(2 * world.size(), world.size());
  return complaint([&] {
    make_sparsity(world, rows, Layout::even(10, world.size()), last ? indptr : std::vector<Index>{0, 1, 1},
                  last ? minors : std::vector<Index>{3});
  });
}

TEST(MakeSparsity, TheErrorOfOneRankIsThrownByAll) {
  for_ranks([](World& world) {
    const std::string who = world.size() == 1 ? "" : text("rank ", world.size() - 1, ": ");
    EXPECT_EQ(complaint_of_last(world, {0, 1, 2}, {3, 17}), who + "index 17 is out of range 0 .. 9");
    EXPECT_EQ(complaint_of_last(world, {0, 1, 2}, {-1, 3}), who + "index -1 is out of range 0 .. 9");
    EXPECT_EQ(complaint_of_last(world, {0, 1}, {3}), who + "indptr has 2 offsets, but 2 local majors need 3");
    EXPECT_EQ(complaint_of_last(world, {}, {}), who + "indptr has 0 offsets, but 2 local majors need 3");
    EXPECT_EQ(complaint_of_last(world, {1, 1, 2}, {3, 4}), who + "indptr starts with 1, not 0");
    EXPECT_EQ(complaint_of_last(world, {0, 3, 2}, {3, 4}), who + "indptr falls from 3 to 2 at local major 1");
    EXPECT_EQ(complaint_of_last(world, {0, 1, 4}, {3, 4}), who + "indptr ends with 4 but there are 2 entries");
    EXPECT_EQ(complaint_of_last(world, {0, 1, 2}, {3, 9}), "");
  });
}

TEST(MakeSparsity, RefusesLayoutsOfAnotherWorldOrOfAnotherRank) {
  for_ranks([](World& world) {
    const int P = world.size();
    const std::string who = P == 1 ? "" : "rank 0: ";
    const auto try_minor = [&](const Layout& minor) {
      return complaint([&] { make_sparsity(world, Layout::even(0, P), minor, std::vector<Index>{0}, {}); });
    };
    EXPECT_EQ(try_minor(Layout::even(4, P + 1)),
              who + text("a layout for ", P + 1, " ranks was given to a world of ", P));
    const Layout even = Layout::even(4, P), other = Layout::even(5, P);
    EXPECT_EQ(try_minor(world.rank() == P - 1 ? other : even),
              P == 1 ? "" : text("rank 0 and rank ", P - 1, " passed different layouts for one pattern"));
  });
}

TEST(AdoptSparsity, CopiesNothing) {
  for_ranks([](World& world) {
    const auto s = even_pattern_of(world, {{0, 3}, {}, {3, 1}, {2}, {0, 1, 2}}, 4);
    const std::vector<Index> indptr(s->indptr.begin(), s->indptr.end()), ghosts(s->ghosts.begin(), s->ghosts.end());
    const std::vector<LocalIndex> indices(s->indices.begin(), s->indices.end());
    std::vector<double> data(indices.size(), 2.5);
    const auto adopted = adopt_sparsity(world, s->major, s->minor, Array<Index>(indptr, nullptr),
                                        Array<LocalIndex>(indices, nullptr), Array<Index>(ghosts, nullptr));
    EXPECT_EQ(adopted->indptr.data(), indptr.data());
    EXPECT_EQ(adopted->indices.data(), indices.data());
    EXPECT_EQ(adopted->ghosts.data(), ghosts.data());
    EXPECT_EQ(adopted->sorted, s->sorted);
    const Value A = adopt(Format::csr, adopted, std::span(data));
    EXPECT_EQ(A.data<double>().data(), data.data());
  });
}

}  // namespace
}  // namespace spgrad::tests
