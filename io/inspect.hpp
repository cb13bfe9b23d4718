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

/// A file as it was at one moment: another size, time or place says that it is not the same any more.
struct Stamp {
  Index bytes = 0, nanoseconds = 0, inode = 0;
  bool operator==(const Stamp&) const = default;
};
/// Throws Error of kind io.
Stamp stamp_of(const std::string& file);

/// What a file may take in memory: `expansion` times its `bytes`, but at least 256 MiB; any amount for 0.
Index most_memory(Index bytes, Index expansion);

/// The content of `path`; of the whole file, in the order of paths, if `path` is empty. For one process, and done in a
/// child of it (root.hpp). Throws Error of kind io (missing, unreadable) or data (not HDF5, broken, unsafe, another
/// content, or more memory needed than most_memory says).
std::vector<Content> inspect(const std::string& file, const std::string& path, Index expansion = 0);

/// Collective. What inspect() returns, looked at by rank 0.
std::vector<Content> inspect_together(World& world, const std::string& file, const std::string& path,
                                      Index expansion = 0);

/// Throws Error of kind io unless `file` is a regular file that can be opened, of kind data unless it begins as HDF5
/// does.
void check_hdf5_file(const std::string& file);

}  // namespace spgrad::io
