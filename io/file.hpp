// file.hpp: an HDF5 file open on all ranks, and the slabs of its datasets that they read and write. Internal.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "io/disk.hpp"
#include "io/hdf5.hpp"
#include "spgrad/dtype.hpp"
#include "src/comm/world.hpp"

namespace spgrad::io {

/// A rectangle of a dataset: rows and columns of a matrix; rows of a vector (one column); the one row of a scalar.
struct Slab {
  Index row = 0, rows = 0, column = 0, columns = 1;
  Index elements() const { return rows * columns; }
};

/// A file that all ranks have open: through MPI-IO where ranks are processes; pretended ranks take turns. HDF5 only
/// reads it: its structure is there before, and each rank writes the data where they belong by itself. A disk that
/// fails then is an Error of the rank that sees it. Inside MPI-IO and HDF5 some ranks would wait for others that have
/// left.
class File {
 public:
  enum class Mode { read, write };
  /// Collective. Throws Error of kind io on every rank unless all ranks see the file and can open it.
  File(World& world, const std::string& name, Mode mode);
  /// Collective. Throws Error of kind io if it cannot be closed.
  void close();
  /// Not collective. Overwrites bytes of a file that is open for writing; throws Error of kind io.
  void write(Index at, std::span<const std::byte> bytes) const { out_->write(at, bytes); }

  World& world() const { return *world_; }
  const std::string& name() const { return name_; }
  hid_t id() const { return handle_; }

 private:
  World* world_;
  std::string name_;
  std::optional<Overwritten> out_;
  Handle handle_;
};

/// What is done with a piece of a slab: its bytes in memory (rows contiguous), and where they begin, counted in
/// elements of the slab. Filling must not throw: the other ranks wait for the write.
using PieceWork = std::function<void(const Slab& piece, Index first, std::span<std::byte> bytes)>;

inline constexpr std::size_t kPieceBytes = std::size_t{8} << 20;  ///< what is read or written by one call

/// Collective. Each rank reads its own slab of the dataset at `path`, of elements of `dtype`, and takes it piece by
/// piece. Ranks may have nothing to read, and take calls with nothing in them. Returns the checksum of this rank's
/// slab.
std::uint64_t read_slab(File& file, const std::string& path, DType dtype, const Slab& mine, const PieceWork& take,
                        std::size_t piece_bytes = kPieceBytes);
/// Collective. Each rank fills and writes its own slab; likewise.
std::uint64_t write_slab(File& file, const std::string& path, DType dtype, const Slab& mine, const PieceWork& fill,
                         std::size_t piece_bytes = kPieceBytes);

/// The checksum of a slab that nobody writes, of a dataset with `columns`. Not collective.
std::uint64_t slab_checksum(const Slab& mine, Index columns, DType dtype, const PieceWork& fill);

/// The checksum of a dataset is the sum over its elements of XXH3(element, seed = its number), modulo 2^64: any
/// number of ranks can compute it, each from what it has in hand. This is the part of elements first, first + 1, ...
std::uint64_t checksum(std::span<const std::byte> bytes, std::size_t element, std::uint64_t first);

}  // namespace spgrad::io
