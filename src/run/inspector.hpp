// inspector.hpp: the collective helpers that an op has while the pattern of its result is built.
#pragma once

#include <array>

#include "spgrad/distribute.hpp"
#include "src/comm/moves.hpp"
#include "src/graph/run_context.hpp"

namespace spgrad {

/// Every helper begins with an agreement: there the others hear of a rank whose op has failed (World::together).
class Inspector : public InspectContext {
 public:
  /// rows, columns: how the schedule cuts the result.
  Inspector(World& world, const Node& node, const std::vector<Operand>& in, Layout rows, Layout columns)
      : world_(world), node_(node), in_(in), layouts_{std::move(rows), std::move(columns)} {}

  const Node& node() const override { return node_; }
  const Value& in(int k) const override { return in_[static_cast<std::size_t>(k)].own; }
  const Value& ghost(int k) const override { return in_[static_cast<std::size_t>(k)].ghost; }
  int rank() const override { return world_.rank(); }
  Layout layout(int axis) const override { return layouts_[static_cast<std::size_t>(axis)]; }
  SparsityPtr make(const Layout& major, const Layout& minor, Array<Index> indptr,
                   std::span<const Index> global_minors) override {
    world_.agree(nullptr);
    return make_sparsity(world_, major, minor, std::move(indptr), global_minors);
  }
  Value whole(const Value& cut) override {
    world_.agree(nullptr);
    return cut.cut() == kWhole ? cut : comm::gather_all(world_, cut);
  }
  Value cut_like(const Value& vector, const Layout& layout) override {
    world_.agree(nullptr);
    return vector.cut() == kWhole ? comm::slice(vector, 0, layout, world_.rank())
                                  : comm::relayout(world_, vector, layout);
  }
  Value from_coo(std::span<const Index> i, std::span<const Index> j, const Value& data) override {
    world_.agree(nullptr);
    const bool csr = node_.type.format == Format::csr;
    return spgrad::from_coo(world_, node_.type.format, node_.type.shape, i, j, data, Duplicates::sum,
                            {.major = layouts_[csr ? 0 : 1], .minor = layouts_[csr ? 1 : 0]});
  }

 private:
  World& world_;
  const Node& node_;
  const std::vector<Operand>& in_;
  std::array<Layout, 2> layouts_;
};

}  // namespace spgrad
