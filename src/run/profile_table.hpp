// profile_table.hpp: a profile for people to read.
#pragma once

#include <span>

#include "spgrad/profile.hpp"

namespace spgrad {

/// Operations, moves and stages in the order of `rows`, the first of which is the whole call.
std::string profile_table(std::span<const Profile::Row> rows, int ranks, const Machine& machine);

}  // namespace spgrad
