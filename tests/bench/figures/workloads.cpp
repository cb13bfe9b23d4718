#include "tests/bench/figures/workloads.hpp"

#include <cmath>

#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"
#include "src/comm/world.hpp"

namespace spgrad::figures {
namespace {

constexpr double kDouble = 8;

class Builder {
 public:
  Builder(World& world, std::string name, Positions positions, Index rows) : world_(world), rows_(rows) {
    w_.name = std::move(name);
    w_.positions = positions;
  }

  Var given(const char* name, Value value) {
    w_.inputs.push_back(input(name, type_of(value)));
    w_.given.emplace_back(name, std::move(value));
    return w_.inputs.back();
  }
  Var matrix() { return given("A", sparse(world_, w_.positions, 0, rows_)); }

  Var tall(const char* name, Index rows, Index columns) {
    w_.directions.push_back(dense(world_, {rows, columns}, 100 + w_.weights.size(), 0.1));
    return weight(name, dense(world_, {rows, columns}, w_.weights.size(), 0.1));
  }
  Var small(const char* name, Index rows, Index columns) {
    w_.directions.push_back(gather_all(world_, dense(world_, {rows, columns}, 100 + w_.weights.size(), 0.1)));
    return weight(name, gather_all(world_, dense(world_, {rows, columns}, w_.weights.size(), 0.3)));
  }

  // The stored entries of a vector or matrix of so many columns over this rank's rows.
  double dense_bytes(Index columns) const { return kDouble * static_cast<double>(rows_ * columns / world_.size()); }
  double entry_bytes() const { return kDouble * static_cast<double>(w_.given[0].second.local_size()); }

  Workload& operator*() { return w_; }
  Workload* operator->() { return &w_; }

 private:
  Var weight(const char* name, Value value) {
    w_.weights.emplace_back(name, std::move(value));
    return w_.weights.back();
  }

  World& world_;
  Index rows_;
  Workload w_;
};

Var cross_entropy(const Var& scores, const Var& Y) {
  const Var evidence = logsumexp(scores, 1);
  return (sum(evidence) - sp_sum(at(Y, scores))) / count(evidence);
}

Positions square(const Sizes& s) { return {s.kind, s.bits, s.bits, s.degree, 1}; }
Positions wide(const Sizes& s) { return {s.kind, s.bits, s.bits - 1, s.degree, 2}; }
Index size(int bits) { return Index{1} << bits; }

Workload product(World& world, const Sizes& s) {
  Builder b(world, "spmm", square(s), size(s.bits));
  const Var A = b.matrix(), X = b.tall("X", size(s.bits), s.width);
  b->result = dot(A, X);
  b->activations = b.dense_bytes(s.width);
  return *b;
}

Workload chain(World& world, const Sizes& s) {
  Builder b(world, "spmm chain", square(s), size(s.bits));
  const Var A = b.matrix(), X = b.tall("X", size(s.bits), s.width);
  const Var Y = dot(A, dot(A, X));
  b->result = b->loss = sum(sqr(Y)) / 2;
  b->activations = 2 * b.dense_bytes(s.width);
  return *b;
}

Workload softmax_regression(World& world, const Sizes& s, Index rows) {
  Builder b(world, "softmax regression", wide(s), rows);
  const Var A = b.matrix(), Y = b.given("Y", labels(world, rows, s.classes, 3));
  const Var W = b.tall("W", size(s.bits - 1), s.classes);
  b->result = b->loss = cross_entropy(dot(A, W), Y) + 0.5e-3 * sum(sqr(W));
  b->activations = b.dense_bytes(s.classes);
  return *b;
}

Workload graph_convolution(World& world, const Sizes& s) {
  const Index n = size(s.bits);
  Builder b(world, "graph convolution", square(s), n);
  const Var A = b.matrix(), X = b.given("X", dense(world, {n, s.width}, 4, 1));
  const Var Y = b.given("Y", labels(world, n, s.classes, 3));
  const Var W1 = b.small("W1", s.width, s.hidden), W2 = b.small("W2", s.hidden, s.classes);
  const Var H = relu(dot(A, dot(X, W1)));
  b->result = b->loss = cross_entropy(dot(A, dot(H, W2)), Y);
  b->activations = 2 * b.dense_bytes(s.hidden) + 2 * b.dense_bytes(s.classes);
  return *b;
}

Workload sparse_attention(World& world, const Sizes& s) {
  const Index n = size(s.bits);
  Builder b(world, "sparse attention", square(s), n);
  const Var A = b.matrix(), X = b.given("X", dense(world, {n, s.width}, 4, 1));
  const Var target = b.given("target", dense(world, {n, s.classes}, 5, 1));
  const Var WQ = b.small("WQ", s.width, s.hidden), WK = b.small("WK", s.width, s.hidden);
  const Var WV = b.small("WV", s.width, s.classes);
  const Var S = sampling_dot(dot(X, WQ), dot(X, WK), sp_ones_like(A)) * (1 / std::sqrt(static_cast<double>(s.hidden)));
  const Var E = structured_exp(S);
  const Var P = row_scale(E, 1.0 / maximum(sp_sum(E, 1), 1e-300));
  b->result = b->loss = mean(sqr(dot(P, dot(X, WV)) - target));
  b->activations = 2 * b.dense_bytes(s.hidden) + 2 * b.dense_bytes(s.classes) + 3 * b.entry_bytes();
  return *b;
}

Workload factorisation(World& world, const Sizes& s) {
  const Index users = size(s.bits), items = size(s.bits - 1);
  Builder b(world, "matrix factorisation", wide(s), users);
  const Var A = b.matrix(), U = b.tall("U", users, s.hidden), V = b.tall("V", items, s.hidden);
  const Var E = sampling_dot(U, V, sp_ones_like(A)) - A;
  b->result = b->loss = sp_sum(sqr(E)) + 0.01 * (sum(sqr(U)) + sum(sqr(V)));
  b->activations = b.entry_bytes();
  return *b;
}

}  // namespace

std::vector<Workload> workloads(World& world, const Sizes& s) {
  return {product(world, s),
          chain(world, s),
          softmax_regression(world, s, size(s.bits)),
          graph_convolution(world, s),
          sparse_attention(world, s),
          factorisation(world, s)};
}

Workload batched_softmax(World& world, const Sizes& s, Index rows) { return softmax_regression(world, s, rows); }

Bindings batch(World& world, const Workload& of, Index rows, Index b) {
  const Index classes = of.given[1].second.shape()[1], batches = size(of.positions.row_bits) / rows;
  Positions positions = of.positions;
  positions.seed += static_cast<std::uint64_t>(b / batches);  // more batches than one matrix has: those of the next one
  return {{"A", sparse(world, positions, b % batches * rows, rows)},
          {"Y", labels(world, rows, classes, positions.seed)}};
}

Function compiled(World& world, const Workload& w, StepKind kind, std::span<const Rewrite> rewrites, Overlap overlap) {
  Vars outputs{w.result}, wrt(w.weights.begin(), w.weights.end());
  if (kind == StepKind::gradient) {
    const Vars slopes = grad(w.loss, wrt);
    outputs.insert(outputs.end(), slopes.begin(), slopes.end());
  }
  if (kind == StepKind::hvp) {
    Vars along;
    for (std::size_t k = 0; k < wrt.size(); ++k)
      along.push_back(Shared("along " + w.weights[k].name(), w.directions[k]));
    outputs = hvp(w.loss, wrt, along);
  }
  return compile({.inputs = w.inputs, .outputs = outputs, .updates = {}, .rewrites = rewrites, .overlap = overlap},
                 world);
}

}  // namespace spgrad::figures
