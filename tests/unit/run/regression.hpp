// regression.hpp: a small softmax regression, the same matrix for any number of ranks.
#pragma once

#include <algorithm>

#include "spgrad/distribute.hpp"
#include "spgrad/function.hpp"
#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"
#include "src/comm/world.hpp"

namespace spgrad::tests {

inline constexpr Index kRows = 60, kFeatures = 23, kClasses = 4;

/// Row i names features 7 i + 5 e + e^2 (mod 23) with values 0.1 (i % 7) + 0.3 e + 0.2, e = 0 .. i % 5.
inline Value features(World& world, const Layout& rows, const Layout& columns) {
  std::vector<Index> indptr{0}, minors;
  std::vector<double> data;
  for (Index i = rows.begin(world.rank()); i < rows.end(world.rank()); ++i) {
    for (Index e = 0; e <= i % 5; ++e) {
      minors.push_back((7 * i + 5 * e + e * e) % kFeatures);
      data.push_back(0.1 * static_cast<double>(i % 7) + 0.3 * static_cast<double>(e) + 0.2);
    }
    indptr.push_back(static_cast<Index>(minors.size()));
  }
  const Value X =
      Value::sparse(DType::float64, Format::csr, make_sparsity(world, rows, columns, std::move(indptr), minors));
  std::ranges::copy(data, X.data<double>().begin());
  return X;
}

/// Row i has a 1 in column (3 i + i / 4) % 4.
inline Value labels(World& world, const Layout& rows) {
  std::vector<Index> indptr{0}, minors;
  for (Index i = rows.begin(world.rank()); i < rows.end(world.rank()); ++i) {
    minors.push_back((3 * i + i / 4) % kClasses);
    indptr.push_back(static_cast<Index>(minors.size()));
  }
  const Layout classes = Layout::even(kClasses, world.size());
  const Value Y =
      Value::sparse(DType::float64, Format::csr, make_sparsity(world, rows, classes, std::move(indptr), minors));
  std::ranges::fill(Y.data<double>(), 1.0);
  return Y;
}

struct Regression {
  Shared W{"W", zeros({kFeatures, kClasses})};
  Var X = input("X", {DType::float64, Format::csr, {kUnknown, kFeatures}});
  Var Y = input("Y", {DType::float64, Format::csr, {kUnknown, kClasses}});
  Var scores = dot(X, W);
  Var loss = (sum(logsumexp(scores, 1)) - sp_sum(at(Y, scores))) / count(logsumexp(scores, 1)) + 0.05 * sum(sqr(W));

  Program program() const { return {.inputs = {X, Y}, .outputs = {loss, grad(loss, W)}, .updates = {}}; }
  Function step(World& world) const { return compile(program(), world); }
};

}  // namespace spgrad::tests
