// Reductions and products of dense values that are cut, and what is put together of them.
#include <algorithm>
#include <cmath>

#include "tests/large/case.hpp"

namespace spgrad::large {
namespace {

constexpr Index kWidth = 10;

// One number for each row (axis 1), or for each column (axis 0), of which every rank adds up its rows.
template <class Op, class F>
Expected by_row(Make& m, Op op, F f, Range range = Range::either_sign, bool differentiable = true) {
  const Given D = m.dense(m.n(), kWidth, range);
  return {op(D),
          dense_of({m.n()},
                   [=, at = D.is.at](Index i, Index) {
                     std::vector<double> line;
                     for (Index j = 0; j < kWidth; ++j) line.push_back(at(i, j));
                     return f(line);
                   }),
          0, 0, differentiable};
}

double sum_of(const std::vector<double>& x) {
  double sum = 0;
  for (const double e : x) sum += e;
  return sum;
}
double largest_of(const std::vector<double>& x) { return *std::ranges::max_element(x); }
double smallest_of(const std::vector<double>& x) { return *std::ranges::min_element(x); }
double log_sum_exp(const std::vector<double>& x) {
  double sum = 0;
  for (const double e : x) sum += std::exp(e);
  return std::log(sum);
}
double variance(const std::vector<double>& x) {
  const double mean = sum_of(x) / static_cast<double>(x.size());
  double sum = 0;
  for (const double e : x) sum += (e - mean) * (e - mean);
  return sum / static_cast<double>(x.size());
}
double place_of_largest(const std::vector<double>& x) {
  return static_cast<double>(std::ranges::max_element(x) - x.begin());
}
double place_of_smallest(const std::vector<double>& x) {
  return static_cast<double>(std::ranges::min_element(x) - x.begin());
}

Lazy numbers(std::vector<double> x) {
  const auto n = static_cast<Index>(x.size());
  return dense_of({n}, [x = std::move(x)](Index k, Index) { return x[static_cast<std::size_t>(k)]; });
}
Lazy number(double x) {
  return dense_of({}, [x](Index, Index) { return x; });
}

// The sums of f(x) over each column.
template <class F>
std::vector<double> column_totals(const Make& m, const Given& D, F f) {
  std::vector<double> sums;
  for (Index j = 0; j < D.is.columns(); ++j)
    sums.push_back(m.total(D.is.rows(), [&](Index i) { return f(D.is.at(i, j)); }));
  return sums;
}

double same(double x) { return x; }
double exponential(double x) { return std::exp(x); }

Expected sum_all(Make& m) {
  const Given D = m.dense(m.n(), kWidth);
  const auto sums = column_totals(m, D, same);
  return {sum(D), number(sum_of(sums))};
}

Expected max_columns(Make& m) {
  const Given D = m.dense(m.n(), kWidth, Range::wide);
  std::vector<double> most;
  for (Index j = 0; j < kWidth; ++j) most.push_back(m.largest(m.n(), [&](Index i) { return D.is.at(i, j); }));
  return {max(D, 0), numbers(most)};
}

Expected max_all(Make& m) {
  const Given D = m.dense(m.n(), kWidth, Range::wide);
  double most = 0;
  for (Index j = 0; j < kWidth; ++j) most = std::max(most, m.largest(m.n(), [&](Index i) { return D.is.at(i, j); }));
  return {max(D), number(most)};
}

// Where the result points, the largest element is.
Expected argmax_columns(Make& m) {
  const Given D = m.dense(m.n(), kWidth, Range::wide);
  std::vector<double> most;
  for (Index j = 0; j < kWidth; ++j) most.push_back(m.largest(m.n(), [&](Index i) { return D.is.at(i, j); }));
  Expected expected{argmax(D, 0), numbers(most), 0, 0, false};
  expected.accepts = [=, at = D.is.at](Index j, Index, double x) {
    return at(static_cast<Index>(x), j) == most[static_cast<std::size_t>(j)];
  };
  return expected;
}

template <class F>
Expected softmax_columns(Make& m, Var (*op)(const Var&, int), F f) {
  const Given D = m.dense(m.n(), kWidth);
  const auto sums = column_totals(m, D, exponential);
  return {op(D, 0), dense_of(D.is.shape, [=, at = D.is.at](Index i, Index j) {
            return f(at(i, j), sums[static_cast<std::size_t>(j)]);
          })};
}

template <class F>
Expected softmax_rows(Make& m, Var (*op)(const Var&, int), F f) {
  const Given D = m.dense(m.n(), kWidth);
  return {op(D, 1), dense_of(D.is.shape, [=, at = D.is.at](Index i, Index j) {
            double sum = 0;
            for (Index k = 0; k < kWidth; ++k) sum += std::exp(at(i, k));
            return f(at(i, j), sum);
          })};
}

double share(double x, double total) { return std::exp(x) / total; }
double log_share(double x, double total) { return x - std::log(total); }

std::vector<double> flat(const Lazy& small) {
  std::vector<double> x;
  for (Index i = 0; i < small.rows(); ++i)
    for (Index j = 0; j < small.columns(); ++j) x.push_back(small.at(i, j));
  return x;
}

// X'Y: each rank adds up its rows.
Expected inner_product(Make& m) {
  const Given X = m.dense(m.n(), 4), Y = m.dense(m.n(), 3);
  std::vector<double> sums;
  for (Index a = 0; a < 4; ++a)
    for (Index b = 0; b < 3; ++b)
      sums.push_back(m.total(m.n(), [&](Index i) { return X.is.at(i, a) * Y.is.at(i, b); }));
  return {dot(T(X), Y), dense_of({4, 3}, [=](Index a, Index b) { return sums[static_cast<std::size_t>(3 * a + b)]; })};
}

Expected small_factor(Make& m) {
  const Given X = m.dense(m.n(), 4), W = m.dense(4, 3);
  const auto w = flat(W.is);
  return {dot(X, W), dense_of({m.n(), 3}, [=, x = X.is.at](Index i, Index b) {
            double sum = 0;
            for (Index a = 0; a < 4; ++a) sum += x(i, a) * w[static_cast<std::size_t>(3 * a + b)];
            return sum;
          })};
}

// Images of 4 x 4 pixels, one a row. The matrix of all kernels is cut among the ranks, so that nearly all pixels of all
// images meet on each of them.
constexpr Index kSide = 4;
constexpr ImageShape kImage{1, kSide, kSide};

Expected convolved(Make& m) {
  const Given kernels = m.dense(2, 9), images = m.dense(m.n(), kSide * kSide);
  const auto k = flat(kernels.is);
  const Index bytes = m.on_every_rank(m.n() * kSide * kSide) + m.turned(m.n() * 8);
  return {convolve(kernels, {3, 3}, images, kImage).pixels,
          dense_of({m.n(), 8},
                   [=, at = images.is.at](Index b, Index p) {
                     const Index kernel = p / 4, y = p / 2 % 2, x = p % 2;
                     double sum = 0;
                     for (Index i = 0; i < 3; ++i)
                       for (Index j = 0; j < 3; ++j)
                         sum += k[static_cast<std::size_t>(9 * kernel + 3 * i + j)] * at(b, (y + i) * kSide + x + j);
                     return sum;
                   }),
          bytes, 3 * bytes};
}

Expected pooled(Make& m) {
  const Given images = m.dense(m.n(), kSide * kSide, Range::wide);
  return {max_pool(images, kImage, {2, 2}).pixels, dense_of({m.n(), 4}, [at = images.is.at](Index b, Index p) {
            const Index corner = p / 2 * 2 * kSide + p % 2 * 2;
            return std::max(std::max(at(b, corner), at(b, corner + 1)),
                            std::max(at(b, corner + kSide), at(b, corner + kSide + 1)));
          })};
}

double root_of_squares(const std::vector<double>& x) {
  double sum = 0;
  for (const double e : x) sum += e * e;
  return std::sqrt(sum);
}
double sum_of_moduli(const std::vector<double>& x) {
  double sum = 0;
  for (const double e : x) sum += std::abs(e);
  return sum;
}
double deviation(const std::vector<double>& x) { return std::sqrt(variance(x)); }
double any_above(const std::vector<double>& x) { return largest_of(x) > 0.85 ? 1 : 0; }
double all_below(const std::vector<double>& x) { return largest_of(x) < 0.85 ? 1 : 0; }

}  // namespace

std::vector<Case> dense_cases() {
  return {
      {"sum D", sum_all, false},
      {"sum D 0",
       [](Make& m) {
         const Given D = m.dense(m.n(), kWidth);
         return Expected{sum(D, 0), numbers(column_totals(m, D, same))};
       },
       false},
      {"sum D 1",
       [](Make& m) {
         return by_row(
             m, [](const Var& x) { return sum(x, 1); }, sum_of);
       },
       false},
      {"mean D",
       [](Make& m) {
         const Given D = m.dense(m.n(), kWidth);
         return Expected{mean(D), number(sum_of(column_totals(m, D, same)) / static_cast<double>(m.n() * kWidth))};
       },
       false},
      {"mean D 1",
       [](Make& m) {
         return by_row(
             m, [](const Var& x) { return mean(x, 1); }, [](const auto& x) { return sum_of(x) / kWidth; });
       },
       false},
      {"var D 1",
       [](Make& m) {
         return by_row(
             m, [](const Var& x) { return var(x, 1); }, variance);
       },
       false},
      {"max D", max_all, false},
      {"max D 0", max_columns, false},
      {"max D 1",
       [](Make& m) {
         return by_row(
             m, [](const Var& x) { return max(x, 1); }, largest_of, Range::wide);
       },
       false},
      {"min D 1",
       [](Make& m) {
         return by_row(
             m, [](const Var& x) { return min(x, 1); }, smallest_of, Range::wide);
       },
       false},
      {"argmax D 0", argmax_columns, false},
      {"argmax D 1",
       [](Make& m) {
         return by_row(
             m, [](const Var& x) { return argmax(x, 1); }, place_of_largest, Range::wide, false);
       },
       false},
      {"argmin D 1",
       [](Make& m) {
         return by_row(
             m, [](const Var& x) { return argmin(x, 1); }, place_of_smallest, Range::wide, false);
       },
       false},
      {"logsumexp D 0",
       [](Make& m) {
         const Given D = m.dense(m.n(), kWidth);
         auto sums = column_totals(m, D, exponential);
         for (double& x : sums) x = std::log(x);
         return Expected{logsumexp(D, 0), numbers(sums)};
       },
       false},
      {"logsumexp D 1",
       [](Make& m) {
         return by_row(
             m, [](const Var& x) { return logsumexp(x, 1); }, log_sum_exp);
       },
       false},
      {"softmax D 0", [](Make& m) { return softmax_columns(m, softmax, share); }, false},
      {"softmax D 1", [](Make& m) { return softmax_rows(m, softmax, share); }, false},
      {"log_softmax D 0", [](Make& m) { return softmax_columns(m, log_softmax, log_share); }, false},
      {"log_softmax D 1", [](Make& m) { return softmax_rows(m, log_softmax, log_share); }, false},
      {"norm D 1",
       [](Make& m) {
         return by_row(
             m, [](const Var& x) { return norm(x, 2, 1); }, root_of_squares);
       },
       false},
      {"norm D, ord 1",
       [](Make& m) {
         const Given D = m.dense(m.n(), kWidth);
         return Expected{norm(D, 1), number(sum_of(column_totals(m, D, [](double x) { return std::abs(x); })))};
       },
       false},
      {"norm D 1, ord 1",
       [](Make& m) {
         return by_row(
             m, [](const Var& x) { return norm(x, 1, 1); }, sum_of_moduli);
       },
       false},
      {"std D 1",
       [](Make& m) {
         return by_row(
             m, [](const Var& x) { return std(x, 1); }, deviation);
       },
       false},
      {"any_true D 1",
       [](Make& m) {
         return by_row(
             m, [](const Var& x) { return any_true(gt(x, 0.85), 1); }, any_above, Range::either_sign, false);
       },
       false},
      {"all_true D 1",
       [](Make& m) {
         return by_row(
             m, [](const Var& x) { return all_true(lt(x, 0.85), 1); }, all_below, Range::either_sign, false);
       },
       false},
      {"convolve", convolved, false},
      {"max_pool", pooled, false},
      {"inner D D",
       [](Make& m) {
         const Given x = m.dense(m.n(), kWidth), y = m.dense(m.n(), kWidth);
         return Expected{inner(x, y), number(m.total(m.n(), [&](Index i) {
                           double sum = 0;
                           for (Index j = 0; j < kWidth; ++j) sum += x.is.at(i, j) * y.is.at(i, j);
                           return sum;
                         }))};
       },
       false},
      {"dot X' Y", inner_product, false},
      {"dot X W", small_factor, false},
      {"transpose D",
       [](Make& m) {
         const Given D = m.dense(m.n(), kWidth);
         return Expected{T(D), dense_of({kWidth, m.n()}, [at = D.is.at](Index i, Index j) { return at(j, i); })};
       },
       false},
      {"col v",
       [](Make& m) {
         const Given v = m.vector(m.n() * kWidth);
         return Expected{col(v), dense_of({m.n() * kWidth, 1}, v.is.at)};
       },
       false},
      {"row v",
       [](Make& m) {
         const Given v = m.vector(m.n() * kWidth);
         return Expected{row(v), dense_of({1, m.n() * kWidth}, [at = v.is.at](Index, Index j) { return at(j, 0); })};
       },
       false},
      {"one_hot y",
       [](Make& m) {
         const Given y = m.integers(m.n(), [](Index i) { return i % 12; });
         return Expected{one_hot(y, kWidth),
                         dense_of({m.n(), kWidth}, [](Index i, Index j) { return i % 12 == j ? 1 : 0; }), 0, 0, false};
       },
       false},
      {"dropout D",
       [](Make& m) {
         const Given D = m.dense(m.n(), kWidth);
         Expected expected{dropout(D, 0.5, 1), D.is};
         expected.accepts = [at = D.is.at](Index i, Index j, double x) { return x == 0 || x == 2 * at(i, j); };
         return expected;
       },
       false},
  };
}

}  // namespace spgrad::large
