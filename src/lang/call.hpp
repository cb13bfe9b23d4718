// call.hpp: a call as it is written, and what it makes.
#pragma once

#include "src/lang/functions.hpp"

namespace spgrad::lang {

struct Call {
  std::string name;
  Place place;  ///< of the name
  std::vector<Argument> positional;
  std::vector<std::pair<std::string, Argument>> named;
};

/// The function of that name with its parameters bound; or, where that does not fit, the operation of that name, whose
/// attributes are the arguments with names: what to_string(graph) prints. Throws Error, or Pointed at an argument.
Var made(const Call& call, std::string_view text);

}  // namespace spgrad::lang
