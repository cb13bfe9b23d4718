// packing.hpp: several shared values as one distributed vector of doubles, as PETSc's optimisers want them.
#pragma once

#include <span>
#include <vector>

#include "spgrad/function.hpp"
#include "src/comm/world.hpp"

namespace spgrad {

/// Where each parameter lies in this rank's part of the vector. A value cut over the ranks contributes its local part,
/// in its place; a value that is whole on every rank lies on rank 0.
class Packing {
 public:
  /// The parameters must be where the function wants them: call it once before. Throws Error if one is not float.
  Packing(World& world, const std::vector<Shared>& parameters);

  Index local_size() const { return offsets_.back(); }
  /// Collective. One value a parameter, brought to where the parameters are.
  std::vector<Value> placed(const std::vector<Value>& values) const;
  void pack(std::span<const Value> values, std::span<double> out) const;
  /// Collective if a parameter is whole on every rank.
  std::vector<Value> unpack(std::span<const double> packed) const;
  /// Collective likewise. As unpack, but float64 parameters are the vector's own memory: valid while it is not changed.
  std::vector<Value> view(std::span<double> packed) const;

 private:
  bool lies_here(std::size_t p) const { return offsets_[p + 1] > offsets_[p]; }
  Value read(std::size_t p, std::span<const double> packed) const;

  World& world_;
  std::vector<Value> like_;
  std::vector<Index> offsets_;
};

}  // namespace spgrad
