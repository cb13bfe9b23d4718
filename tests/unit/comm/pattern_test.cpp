// What two ranks show best: rank 1 has few columns of its own, and ghosts with smaller numbers.
#include <gtest/gtest.h>

#include "tests/support/on_ranks.hpp"
#include "tests/unit/comm/matrices.hpp"

namespace spgrad::tests {
namespace {

// Two rows, one a rank, the first empty; two columns a rank.
SparsityPtr second_row(World& world, const std::vector<Index>& minors) {
  const bool mine = world.rank() == 1;
  return make_sparsity(world, Layout({0, 1, 2}), Layout({0, 2, 4}),
                       std::vector<Index>{0, mine ? static_cast<Index>(minors.size()) : 0},
                       mine ? minors : std::vector<Index>{});
}

// Rank 1 owns columns 2 and 3: compacted, 0 2 3 reads 2 0 1.
TEST(MakeSparsity, SortedMeansByGlobalNumber) {
  on_ranks(2, [](World& world) {
    const auto s = second_row(world, {0, 2, 3});
    EXPECT_TRUE(s->sorted);
    const auto t = second_row(world, {2, 3, 0});
    EXPECT_FALSE(t->sorted);
    EXPECT_TRUE(t->unique);
  });
}

TEST(AdoptSparsity, ChecksGhostsAndLocalIndices) {
  on_ranks(2, [](World& world) {
    const Layout rows({0, 1, 2}), columns({0, 3, 6});  // rank 1 owns columns 3 to 5
    const auto complaint_of = [&](const std::vector<LocalIndex>& indices, const std::vector<Index>& ghosts) {
      const bool good = world.rank() == 0;
      return complaint([&] {
        adopt_sparsity(world, rows, columns, std::vector<Index>{0, static_cast<Index>(good ? 0 : indices.size())},
                       good ? std::vector<LocalIndex>{} : indices, good ? std::vector<Index>{} : ghosts);
      });
    };
    EXPECT_EQ(complaint_of({0, 4}, {0, 2}), "");
    EXPECT_EQ(complaint_of({0, 5}, {0, 2}), "rank 1: local index 5 is out of range 0 .. 4");
    EXPECT_EQ(complaint_of({-1}, {}), "rank 1: local index -1 is out of range 0 .. 2");
    EXPECT_EQ(complaint_of({}, {2, 1}), "rank 1: ghosts must ascend, but 1 follows 2");
    EXPECT_EQ(complaint_of({}, {1, 1}), "rank 1: ghosts must ascend, but 1 follows 1");
    EXPECT_EQ(complaint_of({}, {4}), "rank 1: ghost 4 is owned by this rank, which has 3 .. 5");
    EXPECT_EQ(complaint_of({}, {6}), "rank 1: ghost 6 is out of range 0 .. 5");
  });
}

}  // namespace
}  // namespace spgrad::tests
