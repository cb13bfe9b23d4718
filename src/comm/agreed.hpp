// agreed.hpp: what all ranks throw alike.
#pragma once

#include <exception>

#include "src/comm/world.hpp"

namespace spgrad::comm {

/// Whether World::agree has thrown this, so that all ranks of the world do: they may go on together.
bool is_agreed(const World& world, const std::exception_ptr& error);

}  // namespace spgrad::comm
