// walk.hpp: the nodes below some outputs.
#pragma once

#include <functional>
#include <unordered_map>

#include "spgrad/op.hpp"

namespace spgrad {

/// Every node that `outputs` depend on, once, inputs before their users; in an order that only depends on the graph.
Vars topological(const Vars& outputs);

/// The graph rebuilt from the inputs up: `replace(node, new_inputs)` gives what stands for each node; an empty Var
/// means the node itself applied to the new inputs.
using Replace = std::function<Var(const Var& node, const Vars& in)>;
Vars rebuild(const Vars& outputs, const Replace& replace);

/// The node with other inputs (itself if they are the same): same op, attributes, name.
Var with_inputs(const Var& node, const Vars& in);

/// The node at which the pattern of a sparse Var comes into being, and as what the Var reads it (a transpose flips
/// that). Two Vars with equal roots share one Sparsity in every call.
struct PatternRoot {
  const Node* node;
  Format format;
  bool operator==(const PatternRoot&) const = default;
};
PatternRoot pattern_root(const Var& sparse);

}  // namespace spgrad
