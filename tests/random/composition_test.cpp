// Random compositions on 1 to 9 pretended ranks. That of a complaint is run again with SPGRAD_SEED=seed SPGRAD_COUNT=1.
#include <gtest/gtest.h>

#include "tests/random/composition.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/support/seeds.hpp"

namespace spgrad::tests {
namespace {

constexpr unsigned kParts = 4;

class CompositionsFull : public testing::TestWithParam<unsigned> {};

TEST_P(CompositionsFull, EqualTheOracleAndItsDifferences) {
  const auto [first, count] = seeds_or({.first = 1, .count = 2000});
  for (unsigned seed = first + GetParam(); seed - first < count; seed += kParts) {
    const auto ranks = [&](const auto& body) { on_ranks(1 + static_cast<int>(seed / kParts % 9), body); };
    EXPECT_EQ(complaint(seed, ranks), "");
  }
}

INSTANTIATE_TEST_SUITE_P(Parts, CompositionsFull, testing::Range(0U, kParts));

}  // namespace
}  // namespace spgrad::tests
