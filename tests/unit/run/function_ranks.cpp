// A compiled graph: values wherever they come from, updates, errors on some ranks.
#include "spgrad/function.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "src/graph/run_context.hpp"
#include "tests/support/layouts.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/unit/run/regression.hpp"

namespace spgrad::tests {
namespace {

TEST(Function, GivesOneLossForAnyCutOfTheData) {
  for_ranks([](World& world) {
    const Regression model;
    Function step = model.step(world);
    const auto rows = layouts(kRows, world.size()), columns = layouts(kFeatures, world.size());
    for (std::size_t k = 0; k < rows.size(); ++k) {
      const Value X = features(world, rows[k], columns[k]), Y = labels(world, rows[rows.size() - 1 - k]);
      const auto results = step({{"X", X}, {"Y", Y}});
      EXPECT_NEAR(results[0].scalar(), std::log(static_cast<double>(kClasses)), 1e-12);  // W is 0: every class alike
      EXPECT_EQ(results[1].cut(), 0);
      EXPECT_EQ(results[1].shape(), (Shape{kFeatures, kClasses}));
    }
  });
}

TEST(Function, UpdatesDescendAndTheSecondCallMovesTheSameBytes) {
  for_ranks([](World& world) {
    const Regression model;
    const Layout rows = Layout::even(kRows, world.size()), columns = Layout::even(kFeatures, world.size());
    const Bindings data{{"X", features(world, rows, columns)}, {"Y", labels(world, rows)}};
    Function step = compile({.inputs = {model.X, model.Y},
                             .outputs = {model.loss},
                             .updates = {{model.W, model.W - 0.5 * grad(model.loss, model.W)}}},
                            world);
    double before = 1e9;
    Index bytes = -1;
    for (int k = 0; k < 10; ++k) {
      const double now = step(data)[0].scalar();
      EXPECT_LT(now, before);
      before = now;
      if (k == 1) bytes = step.bytes_sent();
      if (k > 1) {
        EXPECT_EQ(step.bytes_sent(), bytes);
      }
    }
  });
}

TEST(Function, FetchesEveryGhostRowOnceForwardAndReturnsItOnceBackward) {
  for_ranks([](World& world) {
    const Regression model;
    const Layout rows = random_layout(kRows, world.size(), 4), columns = random_layout(kFeatures, world.size(), 5);
    const Value X = features(world, rows, columns);
    const Bindings data{{"X", X}, {"Y", labels(world, rows)}};
    Function step = model.step(world);
    step(data);
    step(data);
    const Index rows_moved = 2 * X.sparsity()->ghost_rows * kClasses * 8;
    const Index scalars = world.size() == 1 ? 0 : 200 * world.size() * world.size();  // reductions and agreements
    const Index sent = step.bytes_sent();
    EXPECT_GE(sent, rows_moved);
    EXPECT_LE(sent, rows_moved + scalars);
  });
}

TEST(Function, ABadValueOnOneRankIsAnErrorOnAll) {
  for_ranks([](World& world) {
    const Regression model;
    const Layout rows = Layout::even(kRows, world.size());
    const Value X = features(world, rows, Layout::even(kFeatures, world.size())), Y = labels(world, rows);
    Function step = model.step(world);
    const bool bad = world.rank() == world.size() - 1;
    EXPECT_THROW(step({{"X", bad ? cast(X, DType::float32) : X}, {"Y", Y}}), Error);
    EXPECT_NEAR(step({{"X", X}, {"Y", Y}})[0].scalar(), std::log(4.0), 1e-12);  // and the next call is well
  });
}

// An op that fails on one rank while it runs: the others are in the middle of their messages.
constinit const Op fails_on_last{
    .name = "fails_on_last",
    .inputs = "x",
    .formula = "x",
    .letters = "* -> *",
    .infer = [](const Node& n) { return n.in[0]->type; },
    .run = [](RunContext& c) { require(c.in(0).rank() + 1 != c.in(0).layout().ranks(), "this rank fails"); },
    .spread = [](const Node&) -> Spreads {
      return {{{own(0)}, own(0)}};
    }};

TEST(Function, AnOpThatFailsOnOneRankFailsOnAllAndChangesNothing) {
  for_ranks([](World& world) {
    const Layout rows = Layout::even(kRows, world.size());
    const Value X_data = features(world, rows, Layout::even(kFeatures, world.size()));
    const Var X = input("X", type_of(X_data));
    const Shared w("w", zeros(kFeatures));
    const Var y = fails_on_last(dot(X, w));
    Function f = compile({.inputs = {X}, .outputs = {sum(y)}, .updates = {{w, dot(T(X), y)}}}, world);
    try {
      f({{"X", X_data}});
      ADD_FAILURE() << "no error";
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find("this rank fails"), std::string::npos) << e.what();
    }
    for (const double v : w.value().data<double>()) EXPECT_EQ(v, 0);
  });
}

// The rows of v cannot be fetched: the ranks agree on it while the rows of W are on their way.
TEST(Function, NothingIsOnItsWayBehindAnError) {
  for_ranks([](World& world) {
    const Layout rows = Layout::even(kRows, world.size());
    const Value X_data = features(world, rows, Layout::even(kFeatures, world.size()));
    const Var X = input("X", type_of(X_data)), W = input("W", {DType::float64, Format::dense, {kFeatures, kClasses}});
    const Var v = input("v", {DType::float64, Format::dense, {kFeatures}});
    const Var list = input("list", {DType::int64, Format::dense, {kRows}});
    Function f = compile({{X, W, v, list}, {sum(dot(X, W)) + sum(take(v, list))}, {}}, world);
    const auto cut = [&]<class T>(Shape shape, T x) {
      const Value all = Value::dense(dtype_of<T>(), shape, 0, Layout::even(shape[0], world.size()), world.rank());
      std::ranges::fill(all.data<T>(), x);
      return all;
    };
    const auto call = [&](Index row, double w) {
      return f({{"X", X_data},
                {"W", cut({kFeatures, kClasses}, w)},
                {"v", cut({kFeatures}, 1.0)},
                {"list", cut({kRows}, row)}})[0]
          .scalar();
    };
    const double right = call(0, 1);
    for (int k = 0; k < 3; ++k) {
      EXPECT_THROW(call(kFeatures, 100), Error);
      EXPECT_NEAR(call(kFeatures - 1, 1), right, 1e-9);
    }
  });
}

TEST(Function, BroadcastsNothingWhereOnlyTheDataTellASize) {
  for_ranks([](World& world) {
    const auto matrix = [&](Index entries) {
      const Index mine = world.rank() == 0 ? entries : 0;
      std::vector<Index> i(static_cast<std::size_t>(mine));
      std::iota(i.begin(), i.end(), Index{0});
      return from_coo(world, Format::csr, {7, 7}, i, i, full({mine}, 2.0));
    };
    const Var A = input("A", {DType::float64, Format::csr, {7, 7}}), B = input("B", A->type);
    Function f = compile({{A, B}, {sum(csm_data(A) * csm_data(B))}, {}}, world);
    EXPECT_EQ(f({{"A", matrix(5)}, {"B", matrix(5)}})[0].scalar(), 20);
    EXPECT_EQ(f({{"A", matrix(1)}, {"B", matrix(1)}})[0].scalar(), 4);
    EXPECT_THROW(f({{"A", matrix(1)}, {"B", matrix(5)}}), Error);
    EXPECT_EQ(f({{"A", matrix(3)}, {"B", matrix(3)}})[0].scalar(), 12);
  });
}

TEST(Function, ExplainsItsSchedule) {
  for_ranks([](World& world) {
    const Regression model;
    const Layout rows = Layout::even(kRows, world.size());
    Function step = model.step(world);
    step({{"X", features(world, rows, Layout::even(kFeatures, world.size()))}, {"Y", labels(world, rows)}});
    const std::string plan = step.explain();
    for (const char* line : {"begin gather      W -> W@X", "end   W@X", "begin scatter", "logsumexp", "reduce_all"})
      EXPECT_NE(plan.find(line), std::string::npos) << line << " is not in\n" << plan;
    EXPECT_EQ(plan.find("gather_all"), std::string::npos) << plan;
    EXPECT_EQ(plan.find("turn"), std::string::npos) << plan;
  });
}

}  // namespace
}  // namespace spgrad::tests
