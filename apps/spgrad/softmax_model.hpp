// softmax_model.hpp: L2-regularised softmax regression as a graph.
#pragma once

#include "spgrad/function.hpp"

namespace spgrad::app {

/// Rows with labels: X (n x features, csr) and Y (n x classes, csr), whose row i has a single 1 in the column of its
/// label.
struct Labelled {
  Value X, Y;
};

class SoftmaxModel {
 public:
  /// Collective. Weights, called W, start at zero. `way`: a program without inputs and outputs, for how to run those of
  /// the model.
  SoftmaxModel(World& world, const Type& X, const Type& Y, double l2, const Program& way = {});

  const Shared& weights() const { return W_; }
  /// (X, Y) -> loss = mean over rows of -log softmax(X W)[label] + l2 / 2 |W|^2, and its gradient for W.
  Function& loss_and_gradient() { return step_; }
  /// Collective. The fraction of rows whose label has the largest score.
  double accuracy(const Labelled& rows);
  /// Collective. X W, cut by rows.
  Value scores(const Labelled& rows);
  /// Collective. How many rows each class has: a vector, whole on every rank.
  Value class_counts(World& world, const Labelled& rows);

  static Bindings bind(const Labelled& rows) { return {{"X", rows.X}, {"Y", rows.Y}}; }

 private:
  struct Graph {
    Graph(const Type& x_type, const Type& y_type, const Var& W, double l2);
    Var X, Y, scores, loss, accuracy, counts;
  };
  Function compiled(World& world, Vars outputs, Program way) const;

  Shared W_;
  Graph graph_;
  Function step_, accuracy_, scores_, counts_;
};

}  // namespace spgrad::app
