// file.hpp: an HDF5 file that all ranks read, and the slabs of its datasets. Internal.
#pragma once

#include <string>

#include "io/hdf5.hpp"
#include "io/slab.hpp"
#include "src/comm/world.hpp"

namespace spgrad::io {

/// A file that all ranks have open for reading: through MPI-IO where ranks are processes; pretended ranks take turns.
class File {
 public:
  /// Collective. Throws Error of kind io on every rank unless all ranks see the file and can open it.
  File(World& world, const std::string& name);

  World& world() const { return *world_; }
  const std::string& name() const { return name_; }
  hid_t id() const { return handle_; }

 private:
  World* world_;
  std::string name_;
  Handle handle_;
};

/// Collective. Each rank reads its own slab of the dataset at `path`, of elements of `dtype`, and takes it piece by
/// piece. Ranks may have nothing to read, and take calls with nothing in them. Returns the checksum of this rank's
/// slab.
std::uint64_t read_slab(File& file, const std::string& path, DType dtype, const Slab& mine, const PieceWork& take,
                        std::size_t piece_bytes = kPieceBytes);

}  // namespace spgrad::io
