// show.hpp: results for people to read.
#pragma once

#include <string>

#include "spgrad/session.hpp"
#include "spgrad/value.hpp"

namespace spgrad::app {

/// Collective. Prints NAME = the value: small ones with all elements, large ones by type and statistics.
void show_result(const Session& session, const std::string& name, const Value& value);

/// A number with as many digits as tell it from others of its dtype.
std::string shown(double x);

}  // namespace spgrad::app
