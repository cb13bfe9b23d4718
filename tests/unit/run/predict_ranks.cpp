// What a call is predicted to send, compute and take beside what it does, on the patterns that the ranks really have.
#include <gtest/gtest.h>

#include <sstream>

#include "spgrad/grad.hpp"
#include "spgrad/model.hpp"
#include "spgrad/ops.hpp"
#include "spgrad/profile.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/unit/run/regression.hpp"

namespace spgrad::tests {
namespace {

constexpr double kPage = 4096;

double sent_by(const std::vector<Profile::Row>& rows, const std::string& label) {
  double sent = 0;
  for (const Profile::Row& row : rows)
    if (row.label == label) sent += row.bytes_sent;
  return sent;
}

void expect_halo(const RunModel& predicted, const std::vector<Profile::Row>& rows) {
  double halo = 0;
  for (const ModelledStep& step : predicted.steps) {
    if (!step.what.starts_with("gather ") && !step.what.starts_with("scatter ")) continue;
    halo += step.bytes;
    EXPECT_EQ(step.bytes, sent_by(rows, step.what)) << step.what;
  }
  EXPECT_EQ(halo, predicted.halo_bytes);
}

/// Predicted before the first call; what is measured is of that call.
void expect_predicted(World& world, const Program& program, const Bindings& given) {
  Function f(program, world);
  Profile profile(world);
  f.observe(profile);
  const RunModel predicted = f.predict(given);
  EXPECT_EQ(f.peak_memory(), 0) << "nothing has run";
  f(given);
  const auto measured = static_cast<double>(f.peak_memory());
  const std::string explained = f.explain(predicted);
  expect_halo(predicted, profile.rows());
  EXPECT_NEAR(predicted.taken, measured, kPage) << explained;
  EXPECT_GE(predicted.memory, predicted.taken);
  EXPECT_FALSE(predicted.estimated);
  EXPECT_TRUE(
      explained.starts_with(text("model of a call on ", world.size(), world.size() == 1 ? " rank," : " ranks,")))
      << explained;
  EXPECT_NE(explained.find("\nmemory that calls have taken at their peak: "), std::string::npos) << explained;
}

/// So many times the rows of regression.hpp that memory is far more than a page.
Value large_features(World& world, Index rows, Index columns) {
  const Layout majors = Layout::even(rows, world.size());
  std::vector<Index> indptr{0}, minors;
  for (Index i = majors.begin(world.rank()); i < majors.end(world.rank()); ++i) {
    for (Index e = 0; e <= i % 9; ++e) minors.push_back((7 * i + 131 * e + 3 * e * e) % columns);
    indptr.push_back(static_cast<Index>(minors.size()));
  }
  const Value A = Value::sparse(DType::float64, Format::csr,
                                make_sparsity(world, majors, Layout::even(columns, world.size()), indptr, minors));
  std::ranges::fill(A.data<double>(), 0.5);
  return A;
}

constexpr Index kTall = 3000, kWide = 1100, kWidth = 16;

struct Large {
  explicit Large(World& world) : given{{"A", large_features(world, kTall, kWide)}} {}
  Var A = input("A", {DType::float64, Format::csr, {kTall, kWide}});
  Shared W{"W", full({kWide, kWidth}, 0.25)};
  Bindings given;
};

TEST(Predicted, AProductTakesWhatWasPredicted) {
  for_ranks([](World& world) {
    const Large l(world);
    expect_predicted(world, {.inputs = {l.A}, .outputs = {dot(l.A, l.W)}, .updates = {}}, l.given);
  });
}

TEST(Predicted, ALossAndItsGradientTakeWhatWasPredicted) {
  for_ranks([](World& world) {
    const Large l(world);
    const Var loss = sum(sqr(tanh(dot(l.A, l.W))));
    expect_predicted(world, {.inputs = {l.A}, .outputs = {loss, grad(loss, l.W)}, .updates = {}}, l.given);
  });
}

TEST(Predicted, AMatrixAndItsTransposeTakeWhatWasPredicted) {
  for_ranks([](World& world) {
    for (const Overlap overlap : {Overlap::never, Overlap::always}) {
      const Large l(world);
      const Var loss = sum(sqr(dot(transpose(l.A), tanh(dot(l.A, l.W)))));
      Program program{.inputs = {l.A}, .outputs = {loss}, .updates = {{l.W, l.W - 0.1 * grad(loss, l.W)}}};
      program.overlap = overlap;
      expect_predicted(world, program, l.given);
    }
  });
}

// U V^T at the entries of A: two dense factors, one with ghost rows, and what is computed entry by entry between.
TEST(Predicted, AFactorisationTakesWhatWasPredicted) {
  for_ranks([](World& world) {
    const Large l(world);
    const Shared U("U", full({kTall, kWidth}, 0.5)), V("V", full({kWide, kWidth}, 0.25));
    const Var loss = sp_sum(sqr(sub(sampling_dot(U, V, sp_ones_like(l.A)), l.A)));
    expect_predicted(world, {.inputs = {l.A}, .outputs = {loss, grad(loss, U), grad(loss, V)}, .updates = {}}, l.given);
  });
}

// Softmax over the stored entries of each row, whose data is handed from one matrix to another.
TEST(Predicted, AttentionTakesWhatWasPredicted) {
  for_ranks([](World& world) {
    const Large l(world);
    const Shared Q("Q", full({kTall, kWidth}, 0.125)), K("K", full({kWide, kWidth}, 0.25));
    const Var E = structured_exp(sampling_dot(Q, K, sp_ones_like(l.A)));
    const Var P = row_scale(E, 1.0 / sp_sum(E, 1));
    const Var loss = sum(sqr(dot(P, l.W)));
    Program program{.inputs = {l.A}, .outputs = {loss}, .updates = {}};
    for (const Shared& x : {Q, K, l.W}) program.updates.push_back({x, x - 0.1 * grad(loss, x)});
    expect_predicted(world, program, l.given);
  });
}

// Weights that are whole, sums over all ranks, and scores that are cut as the rows of A.
TEST(Predicted, AGraphConvolutionTakesWhatWasPredicted) {
  for_ranks([](World& world) {
    const Large l(world);
    const Shared V("V", full({kWidth, 8}, 0.5));
    const Var scores = dot(l.A, dot(tanh(dot(T(l.A), dot(l.A, l.W))), V));
    const Var loss = sum(logsumexp(scores, 1));
    const Program program{
        .inputs = {l.A}, .outputs = {loss}, .updates = {{l.W, l.W - 0.1 * grad(loss, l.W)}, {V, V - grad(loss, V)}}};
    expect_predicted(world, program, l.given);
  });
}

// Chains that go through memory in strips, and one in float32, whose promoted copy lives as long as an operation.
TEST(Predicted, ChainsTakeWhatWasPredicted) {
  for_ranks([](World& world) {
    const Index n = 200000;
    const Var x = input("x", {DType::float64, Format::dense, {n}}),
              y = input("y", {DType::float32, Format::dense, {n}});
    const Bindings given{{"x", full({n}, 0.5)}, {"y", full({n}, 0.25, DType::float32)}};
    for (const Index strip : {Index{0}, Index{8192}}) {
      Program program{.inputs = {x, y}, .outputs = {sum(log1p(exp(x * 2.0)) + tanh(y * x))}, .updates = {}};
      program.strip = strip;
      expect_predicted(world, program, given);
    }
  });
}

TEST(Predicted, OfARegressionSendsWhatARunSends) {
  for_ranks([](World& world) {
    const Layout rows = Layout::even(kRows, world.size());
    const Bindings given{{"X", features(world, rows, Layout::even(kFeatures, world.size()))},
                         {"Y", labels(world, rows)}};
    expect_predicted(world, Regression().program(), given);
  });
}

// Each kernel and each move has its numbers, and nothing else has.
TEST(Predicted, EveryKernelAndMoveIsExplained) {
  for_ranks([](World& world) {
    const Large l(world);
    const Var loss = sum(sqr(dot(l.A, l.W)));
    Function f({.inputs = {l.A}, .outputs = {loss, grad(loss, l.W)}, .updates = {}}, world);
    const RunModel predicted = f.predict(l.given);
    std::istringstream lines(f.explain(predicted));
    int explained = 0;
    for (std::string line; std::getline(lines, line);) {
      const bool kernel = line.starts_with("run ") || line.starts_with("fused "), move = line.starts_with("begin ");
      explained += kernel || move ? 1 : 0;
      EXPECT_EQ(line.find("  [model: ") != std::string::npos, kernel || move) << line;
      EXPECT_EQ(line.find("flops, ") != std::string::npos, kernel) << line;
      EXPECT_EQ(line.find(" bytes of all ranks, ") != std::string::npos, move) << line;
    }
    EXPECT_GT(explained, 3);
    Function other({.inputs = {l.A}, .outputs = {sum(dot(l.A, l.W))}, .updates = {}}, world);
    other(l.given);
    EXPECT_THROW(other.explain(predicted), Error);
  });
}

}  // namespace
}  // namespace spgrad::tests
