// source.hpp: what `convert` and `info` read: text or HDF5.
#pragma once

#include <optional>

#include "commands.hpp"
#include "spgrad/io.hpp"

namespace spgrad::app {

struct Source {
  std::string name;  ///< FILE:/GROUP, or the file alone for text
  Value matrix;
  std::optional<Value> labels;  ///< of text that had labels, or the dataset y beside an HDF5 group
};

/// Collective. One matrix: of an HDF5 file the named one, or its only one.
Source read_source(World& world, const Location& location);

/// Collective. A matrix or array: of an HDF5 file the named one, or its only one; or that of a text file.
Value read_value(World& world, const Location& location);

}  // namespace spgrad::app
