// fuse.hpp: chains of element-by-element operations as one pass over memory.
#pragma once

#include "spgrad/estimate.hpp"
#include "src/schedule/schedule.hpp"

namespace spgrad {

/// Makes one Fused of Runs of elementwise ops on one local index space that read one another's results: dense values of
/// one place and shape (with what is broadcast to them), or the data of sparse ones on one pattern. Not of values that
/// are known to have less than two strips' elements. Goes between begin_early and add_drops: no message begins later,
/// and nothing but views and results of fewer dimensions changes its place with a member, so that no value lives
/// longer.
void fuse(Schedule& schedule, Index strip);

/// Of the values that die in a Fused, but for those that it makes: the ones whose memory the result of that run may
/// take.
std::vector<Slot> free_behind(const Fused& fused, std::size_t run);

/// What a Fused costs: the flops of its runs; what is read from outside, and the results that outlive it, once.
Cost cost_of(const Fused& fused, const std::function<Extent(Slot)>& extent);

}  // namespace spgrad
