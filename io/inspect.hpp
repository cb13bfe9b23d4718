// inspect.hpp: what stands in a file, checked before anybody trusts it. Internal.
#pragma once

#include <string>
#include <vector>

#include "spgrad/io.hpp"

namespace spgrad::io {

/// An array or matrix that passed every check that needs no data: links, types, filters, sizes.
struct Content {
  Entry entry;
  DType indices = DType::int64, indptr = DType::int64;  ///< of a sparse matrix, as stored
};

/// The content of `path`; of the whole file, in the order of paths, if `path` is empty. For one process, and done in a
/// child of it (root.hpp). Throws Error of kind io (missing, unreadable) or data (not HDF5, broken, unsafe, another
/// content).
std::vector<Content> inspect(const std::string& file, const std::string& path);

/// Collective. What inspect() returns, looked at by rank 0.
std::vector<Content> inspect_together(World& world, const std::string& file, const std::string& path);

/// Throws Error of kind io unless `file` is a regular file that can be opened, of kind data unless it begins as HDF5
/// does.
void check_hdf5_file(const std::string& file);

}  // namespace spgrad::io
