// Random compositions on real ranks, others for each number of ranks. That of a complaint is run again on as many with
// SPGRAD_SEED=seed SPGRAD_COUNT=1.
#include "tests/random/composition.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/support/seeds.hpp"

namespace spgrad::tests {
namespace {

TEST(Compositions, EqualTheOracleAndItsDifferencesOnRealRanks) {
  for_ranks([](World& world) {
    const auto [first, count] = seeds_or({.first = 10001 * static_cast<unsigned>(world.size()), .count = 2000});
    const auto ranks = [&](const auto& body) { body(world); };
    for (unsigned seed = first; seed - first < count; ++seed) EXPECT_EQ(complaint(seed, ranks), "");
  });
}

}  // namespace
}  // namespace spgrad::tests
