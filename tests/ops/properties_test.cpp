// The properties of all ops at float64, on one pretended rank and on three: seconds, to be run before every commit.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/ops/properties.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

std::string test_name(const OpCase& row) {
  std::string name = text(row.op, "_", row.form);
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
}

class Ops : public testing::TestWithParam<OpCase> {};

TEST_P(Ops, HoldsItsPropertiesOnOneRankAndOnThree) {
  const Format formats[]{Format::csr, Format::csc};
  for (const Format format : formats) {
    const Trial trial(GetParam(), {.format = format}, Depth::second);
    check(
        trial,
        [](const auto& body) {
          for (const int ranks : {1, 3}) on_ranks(ranks, body);
        },
        1);
    const bool any_sparse =
        std::ranges::any_of(trial.made().inputs(), [](const auto& x) { return x.var->type.sparse(); });
    if (!any_sparse) break;
  }
}

INSTANTIATE_TEST_SUITE_P(Table, Ops, testing::ValuesIn(op_cases().begin(), op_cases().end()),
                         [](const auto& row) { return test_name(row.param); });

}  // namespace
}  // namespace spgrad::tests
