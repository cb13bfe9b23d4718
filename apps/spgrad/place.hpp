// place.hpp: --place.
#pragma once

#include <vector>

#include "model.hpp"

namespace spgrad::app {

/// Of NAME=all, NAME=rows, NAME=cols. Throws Error of kind usage for other words and for a name that is there twice.
Placements parse_places(const std::vector<std::string>& words);

/// Collective. Inputs that are wanted whole are gathered, once and not in every step.
void bring_whole(const Session& session, Model& model, const Placements& wanted);

}  // namespace spgrad::app
