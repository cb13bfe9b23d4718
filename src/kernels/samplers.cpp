#include "src/kernels/samplers.hpp"

#include <cmath>

namespace spgrad::kernels {
namespace {

// log(k!) less Stirling's (k + 1/2) log(k + 1) - (k + 1) + log(2 pi) / 2.
double stirling_error(double k) {
  static constexpr double kFirst[]{0.08106146679532726,  0.04134069595540929, 0.02767792568499834, 0.02079067210376509,
                                   0.01664469118982119,  0.01387612882307075, 0.01189670994589177, 0.01041126526197209,
                                   0.009255462182712733, 0.008330563433362871};
  if (k < 10) return kFirst[static_cast<int>(k)];
  const double x = k + 1, y = 1 / (x * x);
  return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - y / 1680) * y) * y) / x;
}

double log_factorial(double k) {
  constexpr double kHalfLog2Pi = 0.91893853320467274178;
  return stirling_error(k) + (k + 0.5) * std::log(k + 1) - (k + 1) + kHalfLog2Pi;
}

// The k at which the cumulated probability reaches u. next(k) is the ratio of the probabilities of k + 1 and k. What
// rounding leaves of u beyond all probabilities worth counting belongs to the last of these.
template <class Next>
Index inverted(double u, double probability, double mean, Next next) {
  constexpr double kNothing = 1e-20;
  Index k = 0;
  while (u > probability && (static_cast<double>(k) < mean || probability > kNothing)) {
    u -= probability;
    probability *= next(static_cast<double>(k));
    ++k;
  }
  return k;
}

Index poisson_rejected(double mean, const Dice& dice) {
  const double b = 0.931 + 2.53 * std::sqrt(mean), a = -0.059 + 0.02483 * b, log_mean = std::log(mean);
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), sure = 0.9277 - 3.6224 / (b - 2);
  for (std::uint32_t attempt = 0;; ++attempt) {
    const auto [first, v] = dice.roll(attempt);
    const double u = first - 0.5, s = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / s + b) * u + mean + 0.43);
    if (k < 0) continue;
    if (s >= 0.07 && v <= sure) return static_cast<Index>(k);
    if (s < 0.013 && v > s) continue;
    if (std::log(v * inverse_alpha / (a / (s * s) + b)) <= k * log_mean - mean - log_factorial(k))
      return static_cast<Index>(k);
  }
}

// p <= 1/2, n p >= 10.
Index binomial_rejected(double n, double p, const Dice& dice) {
  const double q = 1 - p, odds = p / q, deviation = std::sqrt(n * p * q);
  const double b = 1.15 + 2.53 * deviation, a = -0.0873 + 0.0248 * b + 0.01 * p, centre = n * p + 0.5;
  const double sure = 0.92 - 4.2 / b, alpha = (2.83 + 5.1 / b) * deviation, mode = std::floor((n + 1) * p);
  // log of the probability of k over that of the mode
  const auto log_ratio = [&](double k) {
    return (mode + 0.5) * std::log((mode + 1) / (odds * (n - mode + 1))) +
           (n + 1) * std::log((n - mode + 1) / (n - k + 1)) + (k + 0.5) * std::log(odds * (n - k + 1) / (k + 1)) +
           stirling_error(mode) + stirling_error(n - mode) - stirling_error(k) - stirling_error(n - k);
  };
  for (std::uint32_t attempt = 0;; ++attempt) {
    const auto [first, v] = dice.roll(attempt);
    const double u = first - 0.5, s = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / s + b) * u + centre);
    if (k < 0 || k > n) continue;
    if (s >= 0.07 && v <= sure) return static_cast<Index>(k);
    if (std::log(v * alpha / (a / (s * s) + b)) <= log_ratio(k)) return static_cast<Index>(k);
  }
}

}  // namespace

Index poisson(double mean, const Dice& dice) {
  if (mean >= 10) return poisson_rejected(mean, dice);
  return inverted(dice.roll(0).u, std::exp(-mean), mean, [mean](double k) { return mean / (k + 1); });
}

Index binomial(Index n, double p, const Dice& dice) {
  if (p > 0.5) return n - binomial(n, 1 - p, dice);
  const double trials = static_cast<double>(n), mean = trials * p;
  if (mean >= 10) return binomial_rejected(trials, p, dice);
  const double odds = p / (1 - p);
  return inverted(dice.roll(0).u, std::exp(trials * std::log1p(-p)), mean,
                  [trials, odds](double k) { return (trials - k) / (k + 1) * odds; });
}

}  // namespace spgrad::kernels
