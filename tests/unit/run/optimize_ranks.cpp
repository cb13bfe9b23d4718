// L-BFGS (TAO) and gradient descent. PETSc is not started in the pretended-ranks program, so L-BFGS is in tests/mpi.
#include "spgrad/optimize.hpp"

#include <gtest/gtest.h>

#include "tests/support/on_ranks.hpp"
#include "tests/unit/run/regression.hpp"

namespace spgrad::tests {
namespace {

struct Problem {
  explicit Problem(World& world)
      : step(model.step(world)),
        data{{"X", features(world, Layout::even(kRows, world.size()), Layout::even(kFeatures, world.size()))},
             {"Y", labels(world, Layout::even(kRows, world.size()))}} {}
  Regression model;
  Function step;
  Bindings data;
};

TEST(GradientDescent, GoesDownAndResumesWhereItStopped) {
  for_ranks([](World& world) {
    const auto losses = [&](Problem& p, OptimizerState& state, Index iterations) {
      std::vector<double> curve;
      OptimizeOptions options{.iterations = iterations, .step = 0.3};
      options.monitor = [&](const Progress& now) {
        curve.push_back(now.loss);
        return true;
      };
      minimize_gd(world, p.step, p.data, {p.model.W}, state, options);
      return curve;
    };
    Problem whole(world), parts(world);
    OptimizerState a, b;
    const auto all = losses(whole, a, 12);
    auto first = losses(parts, b, 5);
    EXPECT_EQ(b.iteration, 5);
    const auto rest = losses(parts, b, 12);
    first.insert(first.end(), rest.begin() + 1, rest.end());
    EXPECT_EQ(all, first);
    EXPECT_TRUE(std::ranges::is_sorted(all, std::greater<>()));
  });
}

}  // namespace
}  // namespace spgrad::tests
