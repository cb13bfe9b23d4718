// Every way to run an op is taken for some placement of its inputs. The random placements of the property tests then reach it.
#include <gtest/gtest.h>

#include <algorithm>

#include "src/schedule/schedule.hpp"
#include "tests/ops/op_cases.hpp"

namespace spgrad::tests {
namespace {

bool equal(const Spread& a, const Spread& b) { return a.in == b.in && a.out == b.out; }

// Whole or cut along one of its axes: all combinations for these inputs.
std::vector<std::map<const Node*, int>> all_cuts(const std::vector<Make::Input>& inputs) {
  std::vector<std::map<const Node*, int>> all(1);
  for (const Make::Input& x : inputs) {
    if (x.var->type.sparse()) continue;
    std::vector<std::map<const Node*, int>> more;
    for (const auto& cuts : all)
      for (int cut = kWhole; cut < x.var->type.ndim(); ++cut) {
        more.push_back(cuts);
        more.back()[x.var.get()] = cut;
      }
    all = std::move(more);
  }
  return all;
}

Spread spread_taken(const Var& out, const std::map<const Node*, int>& cuts) {
  const auto offer = [&](const Var& x) { return Offer{.cut = cuts.contains(x.get()) ? cuts.at(x.get()) : kWhole}; };
  const Schedule schedule = plan({out}, {Var{}}, offer);
  for (const Step& step : schedule.steps)
    if (const Run* run = std::get_if<Run>(&step); run != nullptr && run->node == out) return run->spread;
  return {};
}

TEST(Spreads, AreEachTakenForSomePlacement) {
  for (const OpCase& row : op_cases()) {
    Make make({});
    const Var out = row.apply(make);
    Spreads taken;
    for (const auto& cuts : all_cuts(make.inputs())) taken.push_back(spread_taken(out, cuts));
    const Spreads offered = out->op->spread(*out);
    for (std::size_t k = 0; k < offered.size(); ++k)
      EXPECT_TRUE(std::ranges::any_of(taken, [&](const Spread& s) { return equal(s, offered[k]); }))
          << row << ": spread " << k << " of " << offered.size() << " is never taken";
  }
}

}  // namespace
}  // namespace spgrad::tests
