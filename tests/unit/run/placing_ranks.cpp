// Where dense given values live: tall ones cut, small ones whole, or as the user says; the results are the same.
#include <gtest/gtest.h>

#include <cmath>

#include "spgrad/optimize.hpp"
#include "tests/support/layouts.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/unit/run/regression.hpp"

namespace spgrad::tests {
namespace {

constexpr Index kHidden = 6;

Value numbers(const Shape& shape, double scale) {
  const Value v = Value::whole(DType::float64, shape);
  for (std::size_t k = 0; k < v.data<double>().size(); ++k)
    v.data<double>()[k] = scale * std::sin(static_cast<double>(3 * k + 1));
  return v;
}

// Two layers and sparse labels: a dimension of W2 and of its momentum is that of the classes, which is cut.
struct Network {
  Shared W1{"W1", numbers({kFeatures, kHidden}, 0.3)}, W2{"W2", numbers({kHidden, kClasses}, 0.3)};
  Shared V2{"V2", zeros({kHidden, kClasses})};
  Var X = input("X", {DType::float64, Format::csr, {kUnknown, kFeatures}});
  Var Y = input("Y", {DType::float64, Format::csr, {kUnknown, kClasses}});
  Var scores = dot(tanh(dot(X, W1)), W2);
  Var loss = (sum(logsumexp(scores, 1)) - sp_sum(at(Y, scores))) / count(logsumexp(scores, 1));
  Vars gradients = grad(loss, Vars{W1, W2});

  Function step(World& world, const Placements& place = {}) const {
    const Var moved = 0.5 * V2 - 0.1 * gradients[1];
    return compile({.inputs = {X, Y},
                    .outputs = {loss, gradients[0], gradients[1]},
                    .updates = {{W1, W1 - 0.1 * gradients[0]}, {V2, moved}, {W2, W2 + moved}},
                    .place = place},
                   world);
  }
};

Bindings data(World& world) {
  const Layout rows = random_layout(kRows, world.size(), 4);
  return {{"X", features(world, rows, random_layout(kFeatures, world.size(), 2))}, {"Y", labels(world, rows)}};
}

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

// Of a value that is cut or stored in any way: row by row.
std::vector<double> elements(World& world, const Value& v) {
  const Value all = spgrad::gather_all(world, v);
  std::vector<double> x(all.data<double>().begin(), all.data<double>().end());
  if (all.slow() == 1)
    for (Index i = 0; i < all.shape()[0]; ++i)
      for (Index j = 0; j < all.shape()[1]; ++j)
        x[static_cast<std::size_t>(i * all.shape()[1] + j)] =
            all.data<double>()[static_cast<std::size_t>(j * all.shape()[0] + i)];
  return x;
}

// All that three steps leave: the last outputs, then the shared values.
std::vector<std::vector<double>> after_three_steps(World& world, const Placements& place) {
  const Network net;
  Function step = net.step(world, place);
  std::vector<Value> left;
  for (int k = 0; k < 3; ++k) left = step(data(world));
  for (const Shared& s : {net.W1, net.W2, net.V2}) left.push_back(s.value());
  std::vector<std::vector<double>> all;
  for (const Value& v : left) all.push_back(elements(world, v));
  return all;
}

TEST(Placing, TallWeightsAreCutAndSmallOnesAreWholeWithTheirMomentum) {
  for_ranks([](World& world) {
    const Network net;
    Function step = net.step(world);
    step(data(world));
    const auto results = step(data(world));
    const std::string explained = step.explain();
    EXPECT_EQ(times(explained, "W1  dense float64 (23 x 6), cut along axis 0"), 1U) << explained;
    EXPECT_EQ(times(explained, "W2  dense float64 (6 x 4), whole (costs less)"), 1U) << explained;
    EXPECT_EQ(times(explained, "V2  dense float64 (6 x 4), whole (costs less)"), 1U) << explained;
    for (const char* move : {"gather_all", "fold", "slice", "turn", "relayout"})
      EXPECT_EQ(times(explained, text("begin ", move)), 0U) << explained;
    EXPECT_EQ(net.W1.value().cut(), 0);
    EXPECT_EQ(results[1].cut(), 0);
    for (const Value& v : {net.W2.value(), net.V2.value(), results[2]}) EXPECT_EQ(v.cut(), kWhole);
  });
}

TEST(Placing, ThePlaceChangesNoResult) {
  for_ranks([](World& world) {
    const auto expected = after_three_steps(world, {});
    const auto expect_same = [&](const Placements& place) {
      const auto got = after_three_steps(world, place);
      std::string where;
      for (const auto& [name, p] : place) where += text(name, ' ', static_cast<int>(p), ' ');
      for (std::size_t v = 0; v < got.size(); ++v)
        for (std::size_t k = 0; k < got[v].size(); ++k) {
          EXPECT_NEAR(got[v][k], expected[v][k], 1e-12) << v << " of " << where;
        }
    };
    for (const Placement first : {Placement::all, Placement::rows, Placement::cols})
      for (const Placement second : {Placement::all, Placement::rows, Placement::cols})
        expect_same({{"W1", first}, {"W2", second}});
    expect_same({{"V2", Placement::rows}});
    expect_same({{"W2", Placement::cols}, {"V2", Placement::all}});
  });
}

TEST(Placing, AValueStaysWhereItIsAskedToBe) {
  for_ranks([](World& world) {
    for (const Placement place : {Placement::all, Placement::rows, Placement::cols}) {
      const Network net;
      Function step = net.step(world, {{"W1", place}, {"W2", place}});
      for (int k = 0; k < 2; ++k) step(data(world));
      const int cut = place == Placement::all ? kWhole : place == Placement::rows ? 0 : 1;
      EXPECT_EQ(net.W1.value().cut(), cut);
      EXPECT_EQ(net.W2.value().cut(), cut);
      EXPECT_EQ(times(step.explain(), "(asked for)"), 2U) << step.explain();
    }
  });
}

TEST(Placing, OptimisersTakeGradientsFromWhereverTheyAre) {
  for_ranks([](World& world) {
    std::vector<double> losses;
    for (const auto& place : {Placements{}, Placements{{"W", Placement::all}}, Placements{{"W", Placement::cols}}}) {
      const Regression model;
      Program program = model.program();
      program.place = place;
      Function f = compile(program, world);
      OptimizerState state;
      minimize_gd(world, f, data(world), {model.W}, state, {.iterations = 5, .step = 0.5});
      losses.push_back(f(data(world))[0].scalar());
    }
    EXPECT_NEAR(losses[1], losses[0], 1e-12);
    EXPECT_NEAR(losses[2], losses[0], 1e-12);
  });
}

TEST(Placing, RanksThatWantAValueInDifferentPlacesAreToldSo) {
  for_ranks([](World& world) {
    if (world.size() == 1) return;
    const Network net;
    Function step = net.step(world, {{"W1", world.rank() == 0 ? Placement::all : Placement::rows}});
    try {
      step(data(world));
      ADD_FAILURE() << "no error";
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find("different places"), std::string::npos) << e.what();
    }
  });
}

TEST(Placing, WhatCannotBeThereIsAnError) {
  for_ranks([](World& world) {
    const Shared w("w", zeros(kFeatures)), one("one", zeros({1, kFeatures}));
    const Var X = input("X", {DType::float64, Format::csr, {kUnknown, kFeatures}});
    const auto expect_error = [&](const char* name, Placement place, const char* part) {
      try {
        Function f = compile(
            {.inputs = {X}, .outputs = {sp_sum(X * one), dot(X, w)}, .updates = {}, .place = {{name, place}}}, world);
        f({data(world)[0]});
        ADD_FAILURE() << "no error for " << name;
      } catch (const Error& e) {
        EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << e.what();
      }
    };
    expect_error("v", Placement::all, "is called v; there are X, one, w");
    expect_error("X", Placement::all, "only dense values can be placed");
    expect_error("w", Placement::cols, "has no cols to be cut by; ask for rows or all");
    expect_error("one", Placement::rows, "cannot be cut along an axis of one element");
  });
}

}  // namespace
}  // namespace spgrad::tests
