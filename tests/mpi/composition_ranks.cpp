// Random compositions on real ranks.
#include "tests/random/composition.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

TEST(Compositions, EqualTheOracleAndItsDifferencesOnRealRanks) {
  for (unsigned seed = 10001; seed < 10201; ++seed) EXPECT_EQ(complaint(seed, for_ranks), "");
}

}  // namespace
}  // namespace spgrad::tests
