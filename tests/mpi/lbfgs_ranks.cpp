// TAO's L-BFGS on our gradient: needs PETSc, so under mpirun only.
#include <gtest/gtest.h>

#include "spgrad/optimize.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/unit/run/regression.hpp"

namespace spgrad::tests {
namespace {

struct Fit {
  Fit(World& world, Layout columns)
      : step(model.step(world)),
        data{{"X", features(world, Layout::even(kRows, world.size()), columns)},
             {"Y", labels(world, Layout::even(kRows, world.size()))}} {}

  std::vector<double> go(World& world, Index iterations) {
    std::vector<double> curve;
    OptimizeOptions options{.iterations = iterations, .gradient_tolerance = 1e-7, .history = 3};
    options.monitor = [&](const Progress& now) {
      curve.push_back(now.loss);
      return true;
    };
    minimize_lbfgs(world, step, data, {model.W}, state, options);
    return curve;
  }

  Regression model;
  Function step;
  Bindings data;
  OptimizerState state;
};

TEST(Lbfgs, FindsWhereTheGradientVanishes) {
  for_ranks([](World& world) {
    Fit run(world, Layout::even(kFeatures, world.size()));
    const auto curve = run.go(world, 200);
    EXPECT_LT(curve.back(), curve.front());
    EXPECT_LT(run.state.iteration, 200);
    const auto gradient = run.step(run.data)[1];
    for (const double g : gradient.data<double>()) EXPECT_NEAR(g, 0, 1e-6);
  });
}

TEST(Lbfgs, ResumedOnTheSameRanksMakesTheSameStepsBitByBit) {
  for_ranks([](World& world) {
    const Layout columns = Layout::even(kFeatures, world.size());
    Fit whole(world, columns), first(world, columns), second(world, columns);
    const auto all = whole.go(world, 12);
    auto curve = first.go(world, 7);
    second.state = first.state;
    second.model.W.set(first.model.W.value());
    const auto rest = second.go(world, 12);
    curve.insert(curve.end(), rest.begin() + 1, rest.end());
    EXPECT_EQ(all, curve);
  });
}

TEST(Lbfgs, AnErrorInTheGradientLeavesOnEveryRank) {
  for_ranks([](World& world) {
    Fit run(world, Layout::even(kFeatures, world.size()));
    run.go(world, 1);
    run.data.pop_back();  // Y is missing from now on
    EXPECT_THROW(run.go(world, 5), Error);
  });
}

}  // namespace
}  // namespace spgrad::tests
