// The model of a run on P ranks beside a run on P ranks: what patterns decide is exact.
#include "spgrad/model.hpp"

#include <gtest/gtest.h>

#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"
#include "spgrad/profile.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/unit/run/regression.hpp"

namespace spgrad::tests {
namespace {

double sent_by(const std::vector<Profile::Row>& rows, const std::string& label) {
  double sent = 0;
  for (const Profile::Row& row : rows)
    if (row.label == label) sent += row.bytes_sent;
  return sent;
}

/// What gathers and scatters of one call send, by the model and in truth.
void expect_halo(World& world, const Program& program, const Bindings& whole, const Bindings& cut) {
  Function f(program, world);
  Profile profile(world);
  f(cut);
  f.observe(profile);
  f(cut);
  const std::vector<Profile::Row> rows = profile.rows();
  const RunModel m = model(program, whole, world.size(), Machine());
  double halo = 0;
  for (const ModelledStep& step : m.steps) {
    if (!step.what.starts_with("gather ") && !step.what.starts_with("scatter ")) continue;
    halo += step.bytes;
    EXPECT_EQ(step.bytes, sent_by(rows, step.what)) << step.what << '\n' << profile.report();
  }
  EXPECT_EQ(halo, m.halo_bytes);
  EXPECT_FALSE(m.estimated);
  EXPECT_GE(m.imbalance, 1);
  EXPECT_EQ(m.seconds, m.kernels + m.moves);
}

TEST(Model, OfALossAndItsGradientSendsWhatARunSends) {
  for_ranks([](World& world) {
    const auto alone = comm::solo_world();
    const auto given = [](World& w) {
      const Layout rows = Layout::even(kRows, w.size());
      return Bindings{{"X", features(w, rows, Layout::even(kFeatures, w.size()))}, {"Y", labels(w, rows)}};
    };
    const Regression regression;
    expect_halo(world, regression.program(), given(*alone), given(world));
  });
}

TEST(Model, OfAMatrixAndItsTransposeSendsWhatARunSends) {
  for_ranks([](World& world) {
    const auto alone = comm::solo_world();
    const auto given = [](World& w) {
      const Layout rows = Layout::even(kRows, w.size());
      return Bindings{{"A", features(w, rows, Layout::even(kFeatures, w.size()))}, {"H", full({kFeatures, 3}, 0.5)}};
    };
    const Var A = input("A", {DType::float64, Format::csr, {kRows, kFeatures}});
    const Var H = input("H", {DType::float64, Format::dense, {kFeatures, 3}});
    const Var loss = sum(sqr(dot(transpose(A), tanh(dot(A, H)))));
    expect_halo(world, {.inputs = {A, H}, .outputs = {loss, grad(loss, H)}, .updates = {}}, given(*alone),
                given(world));
  });
}

// Small weights are whole in the model as they are in the run.
TEST(Model, OfAGraphConvolutionSendsWhatARunSends) {
  for_ranks([](World& world) {
    const auto alone = comm::solo_world();
    const auto given = [](World& w) {
      const Layout rows = Layout::even(kRows, w.size());
      return Bindings{{"A", features(w, rows, Layout::even(kFeatures, w.size()))}, {"Y", labels(w, rows)}};
    };
    const Var A = input("A", {DType::float64, Format::csr, {kRows, kFeatures}});
    const Var Y = input("Y", {DType::float64, Format::csr, {kRows, kClasses}});
    const Shared X("X", full({kRows, 6}, 0.25)), W1("W1", full({6, 5}, 0.5)), W2("W2", full({5, kClasses}, 0.5));
    const Var scores = dot(A, dot(tanh(dot(T(A), dot(X, W1))), W2));
    const Var loss = sum(logsumexp(scores, 1)) - sp_sum(at(Y, scores));
    Program program{.inputs = {A, Y}, .outputs = {loss}, .updates = {}};
    for (const Shared& W : {W1, W2}) program.updates.push_back({W, W - 0.1 * grad(loss, W)});
    expect_halo(world, program, given(*alone), given(world));
  });
}

TEST(Model, OnOneRankHasNoMovesAndTheFlopsOfARun) {
  const auto alone = comm::solo_world();
  const Layout rows = Layout::even(kRows, 1);
  const Bindings given{{"X", features(*alone, rows, Layout::even(kFeatures, 1))}, {"Y", labels(*alone, rows)}};
  const Regression regression;
  Function f = regression.step(*alone);
  Profile profile(*alone);
  f.observe(profile);
  f(given);
  double flops = 0, modelled = 0;
  for (const Profile::Row& row : profile.rows())
    if (row.kind == Activity::kKernel) flops += row.flops;
  const RunModel m = model(regression.program(), given, 1, Machine());
  for (const ModelledStep& step : m.steps) modelled += step.kernel.flops;
  EXPECT_EQ(modelled, flops);
  EXPECT_EQ(m.moves, 0);
  EXPECT_EQ(m.imbalance, 1);
  const auto X = given[0].second, Y = given[1].second;
  EXPECT_GT(m.memory, static_cast<double>((X.local_size() + Y.local_size()) * 12)) << "both matrices at least";
}

TEST(Model, CutsByStoredEntriesWhereAskedTo) {
  const auto alone = comm::solo_world();
  std::vector<Index> i, j;
  for (Index k = 0; k < 900; ++k) {  // all in the first tenth of the rows
    i.push_back(k / 90);
    j.push_back(k % 90);
  }
  const Value A = from_coo(*alone, Format::csr, {100, 100}, i, j, full({900}, 1.0));
  const Var a = input("A", type_of(A)), x = input("x", {DType::float64, Format::dense, {100, 8}});
  const Program program{.inputs = {a, x}, .outputs = {dot(a, x)}, .updates = {}};
  const Bindings given{{"A", A}, {"x", full({100, 8}, 1.0)}};
  EXPECT_GT(model(program, given, 10, Machine()).imbalance, 5);
  EXPECT_LT(model(program, given, 10, Machine(), Balance::nnz).imbalance, 2);
}

}  // namespace
}  // namespace spgrad::tests
