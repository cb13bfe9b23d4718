#include "softmax_model.hpp"

#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"

namespace spgrad::app {
namespace {

// Any number of rows: the same graph serves training and held-out data.
Var rows_of(const char* name, Type type) {
  type.shape[0] = kUnknown;
  return input(name, type);
}

}  // namespace

SoftmaxModel::Graph::Graph(const Type& x_type, const Type& y_type, const Var& W, double l2)
    : X(rows_of("X", x_type)), Y(rows_of("Y", y_type)) {
  scores = dot(X, W);
  const Var evidence = logsumexp(scores, 1), label_score = at(Y, scores);  // one entry a row
  const Var n = count(evidence);
  loss = (sum(evidence) - sp_sum(label_score)) / n + (l2 / 2) * sum(sqr(W));
  accuracy = sum(cast(ge(sp_sum(label_score, 1), max(scores, 1)), DType::float64)) / n;
  counts = sp_sum(Y, 0);
}

SoftmaxModel::SoftmaxModel(World& world, const Type& X, const Type& Y, double l2, const Program& way)
    : W_("W", zeros({X.shape[1], Y.shape[1]})),
      graph_(X, Y, W_, l2),
      step_(compiled(world, {graph_.loss, grad(graph_.loss, W_)}, way)),
      accuracy_(compiled(world, {graph_.accuracy}, way)),
      scores_(compiled(world, {graph_.scores}, way)),
      counts_(compiled(world, {graph_.counts}, {})) {}  // reads no W

Function SoftmaxModel::compiled(World& world, Vars outputs, Program way) const {
  way.inputs = {graph_.X, graph_.Y};
  way.outputs = std::move(outputs);
  return compile(std::move(way), world);
}

double SoftmaxModel::accuracy(const Labelled& rows) { return accuracy_(bind(rows))[0].scalar(); }
Value SoftmaxModel::scores(const Labelled& rows) { return scores_(bind(rows))[0]; }
Value SoftmaxModel::class_counts(World& world, const Labelled& rows) {
  return gather_all(world, counts_(bind(rows))[0]);
}

}  // namespace spgrad::app
