// Predicted beside measured: counts, flops and bytes are exact, times add up.
#include "spgrad/profile.hpp"

#include <gtest/gtest.h>

#include "tests/support/on_ranks.hpp"
#include "tests/unit/run/regression.hpp"

namespace spgrad::tests {
namespace {

constexpr Index kCalls = 3;

struct Profiled {
  std::vector<Profile::Row> rows;
  std::string report, explained;
  Index nnz, ghost_rows, sent;

  Profiled(World& world, const Machine& machine = {}) {
    const Regression model;
    Function step = model.step(world);
    Profile profile(world, machine);
    step.observe(profile);
    const Layout by_rows = Layout::even(kRows, world.size());
    const Value X = features(world, by_rows, Layout::even(kFeatures, world.size()));
    sent = 0;
    for (Index k = 0; k < kCalls; ++k) {
      step({{"X", X}, {"Y", labels(world, by_rows)}});
      sent += step.bytes_sent();
    }
    rows = profile.rows();
    report = profile.report();
    explained = step.explain();
    nnz = X.sparsity()->nnz();
    ghost_rows = X.sparsity()->ghost_rows;
  }

  const Profile::Row& row(const std::string& label) const {
    const auto found =
        std::ranges::find_if(rows, [&](const auto& r) { return r.label.find(label) != std::string::npos; });
    return found != rows.end() ? *found : (ADD_FAILURE() << "no " << label << " in\n" << report, rows.front());
  }
};

TEST(Profile, CountsFlopsAndBytesOfAllRanksExactly) {
  for_ranks([](World& world) {
    const Profiled p(world);
    const double calls = kCalls, nnz = static_cast<double>(p.nnz);
    const auto& product = p.row("= dot(X, W");
    EXPECT_EQ(product.count, kCalls);
    EXPECT_EQ(product.flops, calls * 2 * nnz * kClasses);
    // X with its minors, the rows of W that each rank has in hand, the result.
    EXPECT_EQ(product.bytes, calls * (nnz * 12 + 8 * kClasses * static_cast<double>(kFeatures + p.ghost_rows + kRows)));
    if (world.size() == 1) return;
    EXPECT_EQ(p.row("gather W").bytes_sent, calls * static_cast<double>(p.ghost_rows * kClasses * 8));
  });
}

TEST(Profile, HasALineForEachStepAndTimesThatAddUp) {
  for_ranks([](World& world) {
    const Profiled p(world);
    EXPECT_EQ(p.rows.front().kind, Activity::kCall);
    EXPECT_EQ(p.rows.front().count, kCalls);
    double parts = 0, sent = 0;
    for (const auto& r : p.rows) {
      EXPECT_GE(r.measured, r.measured_mean * (1 - 1e-12)) << r.label;
      EXPECT_GE(r.measured_mean, 0) << r.label;
      if (r.kind == Activity::kEnd) {
        EXPECT_GE(r.under_way_mean, r.measured_mean * (1 - 1e-12)) << r.label;
      }
      sent += r.bytes_sent;
      if (r.kind == Activity::kCall) continue;
      parts += r.measured_mean;
      EXPECT_NE(p.report.find(r.label), std::string::npos) << r.label << " is not in\n" << p.report;
    }
    EXPECT_LE(parts, p.rows.front().measured_mean);
    EXPECT_GT(parts, 0.3 * p.rows.front().measured_mean);
    EXPECT_EQ(sent, static_cast<double>(p.sent));
    std::size_t kernels = 0;
    for (std::size_t at = 0; (at = p.explained.find("run   ", at)) != std::string::npos; ++at) ++kernels;
    EXPECT_EQ(std::ranges::count_if(p.rows, [](const auto& r) { return r.label.find(" = ") != std::string::npos; }),
              kernels);
  });
}

TEST(Profile, PredictsByTheMachineThatItIsGiven) {
  for_ranks([](World& world) {
    const Machine machine{.alpha = 1, .beta = 0.5, .bandwidth = 1e30, .flops = 10, .from = "a test"};
    const Profiled p(world, machine);
    const auto& product = p.row("= dot(X, W");
    // That of the rank which has most: no less than the mean.
    EXPECT_GE(product.predicted * world.size() * 10, product.flops * (1 - 1e-12));
    EXPECT_LE(product.predicted * 10, product.flops);
    EXPECT_NE(p.report.find("model of a test"), std::string::npos) << p.report;
    if (world.size() == 1) return;
    const auto& gather = p.row("gather W");
    EXPECT_LE(gather.predicted, gather.messages + 0.5 * gather.bytes_sent);
    EXPECT_GE(gather.predicted * world.size(), gather.messages + 0.5 * gather.bytes_sent);
  });
}

TEST(Profile, OfNoCallsSaysSo) {
  for_ranks([](World& world) { EXPECT_EQ(Profile(world).report(), "profile: no call was made\n"); });
}

// A call that throws leaves nothing open: what follows is counted as ever.
TEST(Profile, GoesOnAfterACallThatFails) {
  for_ranks([](World& world) {
    const Var x = input("x", {DType::float64, Format::dense, {kUnknown}});
    Function f = compile({.inputs = {x}, .outputs = {x * 2.0}, .updates = {}}, world);
    Profile profile(world);
    f.observe(profile);
    EXPECT_THROW(f({{"y", zeros(3)}}), Error);
    f({{"x", zeros(3)}});
    const auto rows = profile.rows();
    EXPECT_EQ(rows.front().count, 2);
    EXPECT_EQ(std::ranges::find(rows, "mul", &Profile::Row::name)->count, 1);
  });
}

}  // namespace
}  // namespace spgrad::tests
