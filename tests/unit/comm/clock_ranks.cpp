#include "src/comm/clock.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

TEST(Clock, OfRanksOnOneHostIsOneClock) {
  for_ranks([](World& world) { EXPECT_EQ(comm::clock_offset(world), 0); });
}

TEST(Clock, IsReadAcrossHostsWhoseClocksHaveBegunAtOtherTimes) {
  for_ranks([](World& world) {
    const std::int64_t ahead = world.rank() * std::int64_t{3'000'000'000'000};
    const std::int64_t offset = comm::clock_offset(world, [&] { return comm::nanoseconds_now() + ahead; });
    EXPECT_LT(std::abs(offset + ahead), 20'000'000) << "nanoseconds";  // half a round, on a machine that is busy
  });
}

}  // namespace
}  // namespace spgrad::tests
