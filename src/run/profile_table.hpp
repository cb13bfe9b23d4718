// profile_table.hpp: a profile for people to read.
#pragma once

#include <span>

#include "spgrad/profile.hpp"

namespace spgrad {

/// 1234567 -> "1.23 M"; of seconds "1.23 ms".
std::string short_number(double x, const char* unit);

/// Operations, moves and stages in the order of `rows`, the first of which is the whole call.
std::string profile_table(std::span<const Profile::Row> rows, int ranks, const Machine& machine);

}  // namespace spgrad
