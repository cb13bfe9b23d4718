// write.hpp: values into a file that nobody else knows yet. Internal.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "io/parts.hpp"

namespace spgrad::io {

using NamedValues = std::vector<std::pair<std::string, Value>>;

/// Collective. Writes values to `file`, which is there: empty, or HDF5 to which they are added. Reserves the room,
/// writes, syncs, reads back and compares. Returns each value's checksums, the same on every rank. Throws on every rank
/// Error of kind io.
std::vector<Checksums> write_values(World& world, const std::string& file, const NamedValues& values);

/// Makes the groups, attributes and datasets for `values`, without their data, in a file that is empty or HDF5; paths
/// that are there already are replaced. For one process.
void create_structure(const World& world, const std::string& file, const NamedValues& values);

/// "/W" for "W"; throws Error of kind data for paths that are empty or have empty, "." or ".." components.
std::string absolute_path(const std::string& path);

}  // namespace spgrad::io
