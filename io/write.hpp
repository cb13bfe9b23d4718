// write.hpp: values into a file that nobody else knows yet. Internal.
#pragma once

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "io/blocks.hpp"
#include "io/parts.hpp"

namespace spgrad::io {

using NamedValues = std::vector<std::pair<std::string, Value>>;

/// Values on their way into a file that nobody else knows yet. Each rank writes, reads back, compares and syncs its own
/// part of the data by plain calls to the file: no MPI-IO, which is known to report success on a full disk, and
/// nothing collective, so that a thread may do it beside the next steps.
class Writing {
 public:
  struct Written {
    std::vector<Checksums> checksums;  ///< of each value
    std::vector<BlockHash> blocks;     ///< of the file, those that lie in what this rank wrote
  };

  /// Collective. The file is there: empty, or HDF5 to which values are added. Lays out the structure and reserves the
  /// room. With `beside` a thread begins to write. Nobody may change the values.
  Writing(World& world, const std::string& file, NamedValues values, bool beside = false);
  Writing(const Writing&) = delete;
  Writing& operator=(const Writing&) = delete;

  /// Whether this rank's thread has come to its end.
  bool done() const;
  /// Collective, once. Waits until all is on disk. Throws on every rank Error of kind io.
  Written end();

 private:
  World& world_;
  NamedValues values_;
  std::future<Written> mine_;
};

/// Makes the groups, attributes and datasets for `values`, without their data, in a file that is empty or HDF5; paths
/// that are there already are replaced. Returns where in the file the data of each dataset begin (-1 if it has no
/// elements), in the order of values and parts_of. For one process.
std::vector<Index> create_structure(const World& world, const std::string& file, const NamedValues& values);

/// "/W" for "W"; throws Error of kind data for paths that are empty or have empty, "." or ".." components.
std::string absolute_path(const std::string& path);

}  // namespace spgrad::io
