// moves.hpp: the moves of dense values between their places (DISTRIBUTION: gather_all, fold, reduce_all, turn,
// relayout).
//
// A dense value is cut along one axis, whole on every rank, or a partial: whole on every rank, but to be combined
// over the ranks. All functions are Collective; all keep dtype and shape.
#pragma once

#include <span>
#include <vector>

#include "spgrad/value.hpp"
#include "src/comm/star_forest.hpp"

namespace spgrad::comm {

/// Cut -> whole: every rank's part, gathered.
Value gather_all(World& world, const Value& cut);
/// Partial -> cut along `axis` by `layout`: parts are combined in their owners, in the order of the ranks.
Value fold(World& world, const Value& partial, int axis, const Layout& layout, Combine combine = Combine::sum);
/// Partial -> whole, the same bits on every rank.
Value reduce_all(World& world, const Value& partial, Combine combine = Combine::sum);
/// Several of one dtype in one message. `any`, for a sum of floating dtype: true if it is true on some rank.
std::vector<Value> reduce_all(World& world, std::span<const Value> partials, Combine combine, bool* any = nullptr);
/// Matrix cut along one axis -> cut along the other one by `layout`.
Value turn(World& world, const Value& cut, const Layout& layout);
/// Running sums of each rank's own rows -> of all rows: what the ranks before (of sums from the end: after) this one
/// sum up to, their last (first) rows, is added to all of its rows.
Value carry(World& world, const Value& cut, bool from_end);
/// Cut by one layout -> cut by another one along the same axis. The value itself if the layouts are equal.
Value relayout(World& world, const Value& cut, const Layout& layout);
/// The same whole value, stored with `axis` slow. Not collective.
Value stored_by(const Value& whole, int axis);
/// Whole -> cut along `axis` by `layout`; sends nothing.
Value slice(const Value& whole, int axis, const Layout& layout, int rank);

}  // namespace spgrad::comm
