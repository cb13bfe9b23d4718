// slicing.hpp: blocks of matrices and vectors, taken out and put back: what slices, stacks and their derivatives share.
#pragma once

#include <array>

#include "src/ops/common.hpp"

namespace spgrad {

/// The indices start, start + step, .., count of them.
struct Range {
  Index start = 0, step = 1, count = 0;

  Index operator[](Index i) const { return start + i * step; }
  /// Where `index` comes in the range; -1: nowhere.
  Index find(Index index) const {
    const Index i = (index - start) / step;
    return i >= 0 && i < count && (*this)[i] == index ? i : -1;
  }
};

/// Which rows and columns of a large matrix make a block; a vector has rows only. An axis that is not sliced has all.
struct Block {
  std::array<Range, 2> range;
  std::array<bool, 2> sliced;
};

/// Of an op whose result is a block of input 0, dense or sparse: listed rows along an axis that is sliced.
std::vector<Index> wants_of_getter(const WantContext& c, const Block& block);
Inspection inspect_getter(InspectContext& c, const Block& block);
void run_getter(RunContext& c, const Block& block);

/// Of an op whose result is zero but for the block, which is input 0.
std::vector<Index> wants_of_putter(const WantContext& c, const Block& block);
Inspection inspect_putter(InspectContext& c, const Block& block);
void run_putter(RunContext& c, const Block& block);

/// Copies dense input k to its place in the dense result.
void put_block(const RunContext& c, int k, const Block& block);

/// For both. Of the inputs behind the first one only the shapes are used.
Spreads block_spread(const Node& n, const std::array<bool, 2>& sliced);

/// A cotangent or tangent with all the axes that `like` has.
inline Var full_size(const Var& g, const Var& like) {
  return g->type.sparse() || g->type.shape == like->type.shape ? g : broadcast_like(g, like);
}

}  // namespace spgrad
