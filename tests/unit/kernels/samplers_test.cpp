// Philox against the vectors that were published with it, and the samplers against their distributions.
#include "src/kernels/samplers.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <vector>

namespace spgrad::kernels {
namespace {

// Random123, kat_vectors: philox4x32 10.
static_assert(philox({0, 0, 0, 0}, {0, 0}) == Counter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
static_assert(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
              Counter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
static_assert(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
              Counter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});

TEST(Draw, GivesEveryElementAndAttemptNumbersOfItsOwn) {
  const Draw draw(1, 2, 3);
  std::map<double, int> seen;
  for (const Cell& at : {Cell{0, 0, 0}, Cell{1, 0, 0}, Cell{0, 1, 0}, Cell{0, 0, 1}, Cell{1ULL << 32, 0, 0},
                         Cell{0, 1ULL << 32, 0}, Cell{1ULL << 47, 1ULL << 47, 65535}})
    for (const std::uint32_t attempt : {0U, 1U, 65535U}) ++seen[draw.uniforms(at, attempt).u];
  EXPECT_EQ(seen.size(), 21);
  for (const Draw& other : {Draw(2, 2, 3), Draw(1, 3, 3), Draw(1, 2, 4), Draw(1 + (1ULL << 32), 2, 3)})
    EXPECT_NE(other.uniforms({}).u, draw.uniforms({}).u);
}

using Sampler = std::function<Index(const Dice&)>;
using Probability = std::function<double(Index)>;

constexpr int kSamples = 200000;

std::map<Index, int> histogram(const Sampler& sample) {
  const Draw draw(2026, 0, 9);
  std::map<Index, int> counts;
  for (std::uint64_t i = 0; i < kSamples; ++i) ++counts[sample({draw, {i, 7, 0}})];
  return counts;
}

// Chi-square over cells of at least 10 expected counts, as a number of standard deviations of a normal variable
// (Wilson and Hilferty).
double surprise(const std::map<Index, int>& counts, const Probability& probability) {
  const Index last = counts.rbegin()->first;
  double chi = 0, expected = 0, observed = 0, rest = kSamples, seen = 0;
  int cells = 0;
  const auto close = [&] {
    chi += (observed - expected) * (observed - expected) / expected;
    ++cells;
    expected = observed = 0;
  };
  for (Index k = 0; k <= last && rest > 20; ++k) {
    expected += kSamples * probability(k);
    rest -= kSamples * probability(k);
    const auto found = counts.find(k);
    observed += found == counts.end() ? 0 : found->second;
    seen += found == counts.end() ? 0 : found->second;
    if (expected >= 10 && rest >= 10) close();
  }
  expected += rest;
  observed += kSamples - seen;
  close();
  const double df = cells - 1, h = 2 / (9 * df);
  return (std::cbrt(chi / df) - (1 - h)) / std::sqrt(h);
}

void expect_moments(const std::map<Index, int>& counts, double mean, double variance) {
  double sum = 0, squares = 0;
  for (const auto& [k, n] : counts) sum += n * (static_cast<double>(k) - mean);
  for (const auto& [k, n] : counts) squares += n * std::pow(static_cast<double>(k) - mean, 2);
  EXPECT_NEAR(sum / kSamples, 0, 4 * std::sqrt(variance / kSamples));
  EXPECT_NEAR(squares / kSamples / variance, 1, 5 * std::sqrt(2.0 / kSamples) + 4 / std::sqrt(kSamples * variance));
}

TEST(Poisson, HasItsDistributionOnEitherSideOfTheChangeOfMethod) {
  for (const double mean : {0.1, 1.0, 5.5, 9.99, 10.0, 10.5, 30.0, 400.0}) {
    const auto counts = histogram([mean](const Dice& d) { return poisson(mean, d); });
    const auto probability = [mean](Index k) {
      const auto x = static_cast<double>(k);
      return std::exp(x * std::log(mean) - mean - std::lgamma(x + 1));
    };
    EXPECT_LT(surprise(counts, probability), 3.5) << mean;
    expect_moments(counts, mean, mean);
  }
}

TEST(Binomial, HasItsDistributionOnEitherSideOfTheChangeOfMethod) {
  const std::vector<std::pair<Index, double>> cases{{1, 0.5},  {7, 0.2},   {19, 0.5},    {20, 0.5},
                                                    {40, 0.7}, {100, 0.1}, {1000, 0.95}, {1000000, 0.0001}};
  for (const auto& [trials, p] : cases) {
    const auto n = static_cast<double>(trials);
    const auto counts = histogram([trials = trials, p = p](const Dice& d) { return binomial(trials, p, d); });
    const auto probability = [n, p = p](Index k) {
      const auto x = static_cast<double>(k);
      return std::exp(std::lgamma(n + 1) - std::lgamma(x + 1) - std::lgamma(n - x + 1) + x * std::log(p) +
                      (n - x) * std::log1p(-p));
    };
    EXPECT_LT(surprise(counts, probability), 3.5) << n << ' ' << p;
    expect_moments(counts, n * p, n * p * (1 - p));
  }
}

TEST(Samplers, KnowWhatIsCertainAndTakeVeryLargeMeans) {
  const Draw draw(1, 1, 1);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const Dice dice{draw, {i, 0, 0}};
    EXPECT_EQ(poisson(0, dice), 0);
    EXPECT_EQ(binomial(0, 0.3, dice), 0);
    EXPECT_EQ(binomial(50, 0, dice), 0);
    EXPECT_EQ(binomial(50, 1, dice), 50);
    EXPECT_NEAR(static_cast<double>(poisson(1e12, dice)), 1e12, 6e6);
    EXPECT_NEAR(static_cast<double>(binomial(1000000000000, 0.25, dice)), 2.5e11, 6 * std::sqrt(1.875e11));
  }
}

}  // namespace
}  // namespace spgrad::kernels
