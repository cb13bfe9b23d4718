// Expressions of golden cases on other inputs, on 1 to 5 pretended ranks. More of them: SPGRAD_SEED and SPGRAD_COUNT.
#include <gtest/gtest.h>

#include "tests/golden/variation.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/support/seeds.hpp"

namespace spgrad::tests {
namespace {

constexpr unsigned kParts = 4;

class GoldenVariationsFull : public testing::TestWithParam<unsigned> {};

TEST_P(GoldenVariationsFull, EqualTheOracleAndItsDifferences) {
  const auto [first, count] = seeds_or({.first = 1, .count = 1});
  unsigned number = 0;
  for (const GoldenCase& c : read_golden_cases(SPGRAD_GOLDEN_CASES)) {
    if (c.category == "error" || ++number % kParts != GetParam()) continue;
    for (unsigned seed = first; seed - first < count; ++seed) {
      const auto ranks = [&](const auto& body) { on_ranks(1 + static_cast<int>((number / kParts + seed) % 5), body); };
      EXPECT_EQ(complaint(c, 1000 * seed + number, ranks), "") << c.name << ' ' << c.expression << ", seed " << seed;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Parts, GoldenVariationsFull, testing::Range(0U, kParts));

}  // namespace
}  // namespace spgrad::tests
