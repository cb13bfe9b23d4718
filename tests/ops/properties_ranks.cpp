// The properties of all ops on any number of ranks, pretended or MPI's.
#include <gtest/gtest.h>

#include "tests/ops/properties.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

class OpsFull : public testing::TestWithParam<OpCase> {};

TEST_P(OpsFull, DerivativesOfAnyOrder) {
  for_formats([](Format format) {
    const Trial trial(GetParam(), {.format = format, .seed = 2}, Depth::second);
    check(trial, for_ranks, 2);
    return has_sparse(trial.made());
  });
}

INSTANTIATE_TEST_SUITE_P(Table, OpsFull, testing::ValuesIn(op_cases().begin(), op_cases().end()), test_name);

}  // namespace
}  // namespace spgrad::tests
