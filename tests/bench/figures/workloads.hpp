// workloads.hpp: the models that figures are given for, written as a user would write them.
#pragma once

#include <string>
#include <vector>

#include "spgrad/function.hpp"
#include "tests/bench/figures/generated.hpp"

namespace spgrad::figures {

struct Sizes {
  Kind kind = Kind::rmat;
  int bits = 10;                               ///< 2^bits rows, nodes or users
  double degree = 16;                          ///< entries a row
  Index width = 32, hidden = 16, classes = 8;  ///< of dense operands, of inner layers, of labels
};

struct Workload {
  std::string name;
  Positions positions;  ///< of the matrix over which rows travel
  Vars inputs;
  Bindings given;
  std::vector<Shared> weights;
  std::vector<Value> directions;  ///< one like each weight, for second derivatives
  Var result, loss;               ///< what forward returns; what is differentiated by the weights, if anything is
  double activations = 0;         ///< bytes that a rank keeps of a forward pass for a backward one
};

/// Collective.
std::vector<Workload> workloads(World& world, const Sizes& sizes);

/// Softmax regression over batches of `rows` rows of one matrix, and its b-th batch.
Workload batched_softmax(World& world, const Sizes& sizes, Index rows);
Bindings batch(World& world, const Workload& of, Index rows, Index b);

enum class StepKind : std::uint8_t { forward, gradient, hvp };
/// Of a gradient the loss comes first.
Function compiled(World& world, const Workload& w, StepKind kind,
                  std::span<const Rewrite> rewrites = default_rewrites(), Overlap overlap = Overlap::between_hosts);

}  // namespace spgrad::figures
