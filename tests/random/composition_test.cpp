// Random compositions on 1 to 9 pretended ranks. SPGRAD_SEED and SPGRAD_COUNT run any others: that of a complaint is
// run again with SPGRAD_SEED=seed SPGRAD_COUNT=1.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/random/composition.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

unsigned from_environment(const char* name, unsigned otherwise) {
  const char* given = std::getenv(name);
  return given == nullptr ? otherwise : static_cast<unsigned>(std::stoul(given));
}

constexpr unsigned kParts = 4;

class CompositionsFull : public testing::TestWithParam<unsigned> {};

TEST_P(CompositionsFull, EqualTheOracleAndItsDifferences) {
  const unsigned first = from_environment("SPGRAD_SEED", 1), count = from_environment("SPGRAD_COUNT", 2000);
  for (unsigned seed = first + GetParam(); seed - first < count; seed += kParts) {
    const auto ranks = [&](const auto& body) { on_ranks(1 + static_cast<int>(seed / kParts % 9), body); };
    EXPECT_EQ(complaint(seed, ranks), "");
  }
}

INSTANTIATE_TEST_SUITE_P(Parts, CompositionsFull, testing::Range(0U, kParts));

}  // namespace
}  // namespace spgrad::tests
