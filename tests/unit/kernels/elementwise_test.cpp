#include "src/kernels/elementwise.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "spgrad/error.hpp"
#include "src/kernels/isa.hpp"

namespace spgrad::kernels::testing {
namespace {

template <class T>
const HotKernels<T>& of(const HotTable& table) {
  if constexpr (std::is_same_v<T, float>)
    return table.float32;
  else
    return table.float64;
}

long double exact(Unary f, long double x) {
#define SPGRAD_CASE(name) \
  case Unary::name:       \
    return std::name(x);
  switch (f) {
    SPGRAD_LIBRARY_FUNCTIONS(SPGRAD_CASE)
    case Unary::sigmoid:
      return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
    case Unary::softplus:
      break;
  }
#undef SPGRAD_CASE
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

// |got - want| in units in the last place of `want`; 0 if both are NaN, or equal.
template <class T>
double ulps(T got, long double want) {
  const T rounded = static_cast<T>(want);
  if (got == rounded || (std::isnan(got) && std::isnan(rounded))) return 0;
  if (!std::isfinite(got) || !std::isfinite(rounded)) return HUGE_VAL;
  const T size = std::max(std::abs(rounded), std::numeric_limits<T>::min());
  return static_cast<double>(std::abs(got - want) / (std::nextafter(size, std::numeric_limits<T>::infinity()) - size));
}

// All magnitudes of both signs, and many numbers of ordinary size.
template <class T>
std::vector<T> arguments() {
  const T infinity = std::numeric_limits<T>::infinity();
  std::vector<T> x{0,
                   -T(0),
                   1,
                   -1,
                   infinity,
                   -infinity,
                   std::numeric_limits<T>::quiet_NaN(),
                   std::numeric_limits<T>::max(),
                   std::numeric_limits<T>::lowest(),
                   std::numeric_limits<T>::min(),
                   std::numeric_limits<T>::denorm_min()};
  for (int e = std::numeric_limits<T>::min_exponent; e < std::numeric_limits<T>::max_exponent; ++e)
    for (const double m : {1.0, 1.3, 1.7}) {
      x.push_back(std::ldexp(static_cast<T>(m), e - 1));
      x.push_back(-x.back());
    }
  std::mt19937 random(1);
  for (const double range : {1.0, 20.0, 100.0, 800.0})
    for (int n = 0; n < 20000; ++n)
      x.push_back(static_cast<T>(std::uniform_real_distribution<>(-range, range)(random)));
  return x;
}

template <class T>
class Elementwise : public ::testing::Test {};
using HotTypes = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Elementwise, HotTypes);

TYPED_TEST(Elementwise, MapIsWithin4UlpOfTheExactFunction) {
  using T = TypeParam;
  const std::vector<T> x = arguments<T>();
  for (const HotTable* table : runnable_tables())
    for (int k = 0; k <= static_cast<int>(Unary::softplus); ++k) {
      const auto f = static_cast<Unary>(k);
      std::vector<T> out(x.size());
      of<T>(*table).map[k](x.data(), out.data(), static_cast<Index>(x.size()));
      double worst = 0;
      T at{};
      for (std::size_t i = 0; i < x.size(); ++i)
        if (const double e = ulps(out[i], exact(f, x[i])); e > worst) worst = e, at = x[i];
      EXPECT_LE(worst, 4) << table->name << ", function " << k << " of " << at;
      this->RecordProperty(std::string(table->name) + "_" + std::to_string(k), std::to_string(worst));
    }
}

TYPED_TEST(Elementwise, MapKeepsTheSignOfZero) {
  using T = TypeParam;
  for (const HotTable* table : runnable_tables())
    for (const Unary f : {Unary::expm1, Unary::log1p, Unary::sin, Unary::tan, Unary::asin, Unary::atan, Unary::sinh,
                          Unary::tanh, Unary::asinh, Unary::atanh}) {
      const T x[2]{T(0), -T(0)};
      T out[2]{1, 1};
      of<T>(*table).map[static_cast<int>(f)](x, out, 2);
      EXPECT_TRUE(out[0] == 0 && !std::signbit(out[0])) << table->name << ", function " << static_cast<int>(f);
      EXPECT_TRUE(out[1] == 0 && std::signbit(out[1])) << table->name << ", function " << static_cast<int>(f);
    }
}

TYPED_TEST(Elementwise, MapTakesEveryLengthAndItsOwnOutput) {
  using T = TypeParam;
  for (const HotTable* table : runnable_tables())
    for (std::size_t n = 0; n < 70; ++n) {
      std::vector<T> x(n), expected;
      for (std::size_t i = 0; i < n; ++i) {
        x[i] = static_cast<T>(i) / 10;
        expected.push_back(std::exp(x[i]));
      }
      of<T>(*table).map[0](x.data(), x.data(), static_cast<Index>(n));
      for (std::size_t i = 0; i < n; ++i)
        ASSERT_LE(ulps(x[i], expected[i]), 4) << table->name << ", " << i << " of " << n;
    }
}

TYPED_TEST(Elementwise, RowsOfEveryLengthHaveTheirLogsumexpAndSoftmax) {
  using T = TypeParam;
  constexpr Index rows = 19;
  std::mt19937 random(2);
  std::normal_distribution<T> any(0, 30);
  for (const HotTable* table : runnable_tables())
    for (Index k = 1; k <= 70; ++k) {
      std::vector<T> x(static_cast<std::size_t>(rows * k)), sums(rows);
      for (T& v : x) v = any(random) + 500;  // exp(x) itself would overflow in float32
      std::vector<T> probabilities(x.size());
      of<T>(*table).logsumexp_rows(x.data(), rows, k, sums.data());
      of<T>(*table).softmax_rows(x.data(), nullptr, rows, k, probabilities.data());
      for (Index i = 0; i < rows; ++i) {
        long double most = -HUGE_VALL, total = 0;
        for (Index c = 0; c < k; ++c) most = std::max<long double>(most, x[i * k + c]);
        for (Index c = 0; c < k; ++c) total += std::exp(x[i * k + c] - most);
        ASSERT_LE(ulps(sums[i], most + std::log(total)), 2) << table->name << ", k " << k;
        for (Index c = 0; c < k; ++c)
          ASSERT_LE(ulps(probabilities[i * k + c], std::exp(x[i * k + c] - most) / total), 10)
              << table->name << ", k " << k;
      }
      of<T>(*table).softmax_rows(x.data(), nullptr, rows, k, x.data());
      ASSERT_EQ(x, probabilities) << "in place, " << table->name << ", k " << k;
    }
}

TYPED_TEST(Elementwise, InfinitiesAndNaNInRowsGiveWhatTheFormulaSays) {
  using T = TypeParam;
  const T infinity = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  for (const HotTable* table : runnable_tables())
    for (const Index k : {1, 2, 5, 16, 51}) {
      const auto logsumexp = [&](T first, T others) {
        std::vector<T> x(static_cast<std::size_t>(k), others);
        x[0] = first;
        T out = 0;
        of<T>(*table).logsumexp_rows(x.data(), 1, k, &out);
        return out;
      };
      EXPECT_EQ(logsumexp(-infinity, -infinity), -infinity);
      EXPECT_EQ(logsumexp(3, -infinity), 3);
      EXPECT_EQ(logsumexp(infinity, 1), infinity);
      EXPECT_EQ(logsumexp(infinity, -infinity), infinity);
      EXPECT_TRUE(std::isnan(logsumexp(nan, 1)));
      EXPECT_TRUE(std::isnan(logsumexp(nan, infinity)));
      EXPECT_EQ(logsumexp(std::numeric_limits<T>::max(), 0), std::numeric_limits<T>::max());
      EXPECT_EQ(logsumexp(std::numeric_limits<T>::lowest(), -infinity), std::numeric_limits<T>::lowest());
    }
}

TYPED_TEST(Elementwise, ARowOfNothingSumsToMinusInfinity) {
  using T = TypeParam;
  std::vector<T> out(3, T(7));
  logsumexp_rows<T>(nullptr, 3, 0, out.data());
  EXPECT_EQ(out, std::vector<T>(3, -std::numeric_limits<T>::infinity()));
  softmax_rows<T>(nullptr, nullptr, 3, 0, nullptr);
}

TEST(MapComplex, IsTheStandardLibrarysAndRefusesRealFunctions) {
  std::vector<std::complex<double>> z{{1, 2}, {-0.5, 0.25}}, out(2);
  map(Unary::exp, z.data(), out.data(), 2);
  EXPECT_EQ(out[0], std::exp(z[0]));
  map(Unary::log, z.data(), out.data(), 2);
  EXPECT_EQ(out[1], std::log(z[1]));
  map(Unary::tanh, z.data(), out.data(), 2);
  EXPECT_EQ(out[1], std::tanh(z[1]));
  EXPECT_THROW(map(Unary::softplus, z.data(), out.data(), 2), Error);
}

template <class T>
void check_inner() {
  std::mt19937 random(7);
  std::uniform_int_distribution<int> small(-8, 8);
  for (const HotTable* table : runnable_tables())
    for (Index n = 0; n < 150; ++n) {
      std::vector<T> x(static_cast<std::size_t>(n)), y = x;
      T sum = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = static_cast<T>(small(random)), y[i] = static_cast<T>(small(random));
        sum += x[i] * y[i];  // of small integers: exact in any order
      }
      EXPECT_EQ(of<T>(*table).inner(x.data(), y.data(), n), sum) << table->name << ", " << n;
    }
}

TEST(Inner, SumsProductsOfAnyNumberOfElements) {
  check_inner<float>();
  check_inner<double>();
}

TEST(Inner, KeepsItsPrecisionOverMillionsOfElements) {
  const std::vector<float> x(1 << 22, 0.1F);
  const double expected = static_cast<double>(x[0]) * x[0] * static_cast<double>(x.size());
  EXPECT_NEAR(inner(x.data(), x.data(), static_cast<Index>(x.size())), expected, 2e-6 * expected);
}

TEST(MapComplex, Expm1AndLog1pAreExactNearZeroAndInverseElsewhere) {
  using C = std::complex<double>;
  const std::vector<C> z{{1e-10, 2e-10}, {-3e-9, 1e-9}, {0.3, -0.4}, {1, 2}, {-0.9, 0.1}, {1e200, 1e200}};
  std::vector<C> e(z.size()), l(z.size()), back(z.size());
  map(Unary::expm1, z.data(), e.data(), 5);
  map(Unary::log1p, e.data(), back.data(), 5);
  map(Unary::log1p, z.data(), l.data(), static_cast<Index>(z.size()));
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_LE(std::abs(e[i] - (z[i] + z[i] * z[i] / 2.0)), 1e-15 * std::abs(z[i]));
    EXPECT_LE(std::abs(l[i] - (z[i] - z[i] * z[i] / 2.0)), 1e-15 * std::abs(z[i]));
  }
  for (std::size_t i = 0; i < 5; ++i) EXPECT_LE(std::abs(back[i] - z[i]), 1e-14 * std::abs(z[i])) << z[i];
  EXPECT_EQ(l[5], std::log(z[5]));
}

}  // namespace
}  // namespace spgrad::kernels::testing
