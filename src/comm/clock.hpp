// clock.hpp: how far the clock of another rank is from that of rank 0.
#pragma once

#include "src/comm/world.hpp"

namespace spgrad::comm {

/// Of World::Clock.
std::int64_t nanoseconds_now();

/// Collective. Nanoseconds to add to this rank's World::Clock to get that of rank 0, by ping-pong: of some rounds, the
/// quickest, the middle of which is taken for the moment in which rank 0 looked at its clock (Cristian 1989). What is
/// less than half that round is nothing: on one host the ranks share a clock.
/// `now`: another clock.
std::int64_t clock_offset(World& world, const std::function<std::int64_t()>& now = nanoseconds_now);

}  // namespace spgrad::comm
