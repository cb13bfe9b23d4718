// The properties of all ops at float64, on one pretended rank and on three: seconds, to be run before every commit.
#include <gtest/gtest.h>

#include "tests/ops/properties.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

class Ops : public testing::TestWithParam<OpCase> {};

TEST_P(Ops, HoldsItsPropertiesOnOneRankAndOnThree) {
  const auto on_one_and_three = [](const auto& body) {
    for (const int ranks : {1, 3}) on_ranks(ranks, body);
  };
  for_formats([&](Format format) {
    const Trial trial(GetParam(), {.format = format}, Depth::second);
    check(trial, on_one_and_three, 1);
    return has_sparse(trial.made());
  });
}

INSTANTIATE_TEST_SUITE_P(Table, Ops, testing::ValuesIn(op_cases().begin(), op_cases().end()), test_name);

}  // namespace
}  // namespace spgrad::tests
