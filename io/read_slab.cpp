// read_slab.cpp: read_slab of file.hpp.
#include <algorithm>
#include <array>
#include <optional>

#include "io/chunks.hpp"
#include "io/file.hpp"
#include "io/types.hpp"

namespace spgrad::io {
namespace {

/// An open dataset and what is needed to move pieces of it.
struct Dataset {
  Handle id, stored, memory, space, transfer;
  std::optional<Chunks> chunks;  ///< where it has filters
  Index columns = 1;             ///< in the whole dataset
  int ndim = 0;
  bool contiguous = false;
};

Dataset open_dataset(const File& file, const std::string& path, DType dtype) {
  const auto open = [&](hid_t id, herr_t (*close)(hid_t)) {
    return opened(id, close, ErrorKind::data, file.name(), ": ", path, " cannot be opened");
  };
  Dataset d;
  // Without a cache HDF5 reads unfiltered chunks as what they are: bytes of the file. Its cache believes the index,
  // which says how long a chunk is.
  const Handle access = open(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose);
  H5Pset_chunk_cache(access, 0, 0, 1);
  d.id = open(H5Dopen2(file.id(), path.c_str(), access), H5Dclose);
  const Handle properties = open(H5Dget_create_plist(d.id), H5Pclose);
  d.stored = open(H5Dget_type(d.id), H5Tclose);
  require(dtype_of(d.stored) == dtype, file.name(), ": ", path, " is not ", dtype, " any more");
  d.memory = memory_type(dtype, d.stored);
  d.space = open(H5Dget_space(d.id), H5Sclose);
  d.transfer = open(H5Pcreate(H5P_DATASET_XFER), H5Pclose);
  const H5D_layout_t layout = H5Pget_layout(properties);
  d.contiguous = layout == H5D_CONTIGUOUS;
  if (layout == H5D_CHUNKED && H5Pget_nfilters(properties) > 0)
    d.chunks.emplace(d.id, properties, file.name() + ": " + path);
  std::array<hsize_t, H5S_MAX_RANK> sizes{};
  d.ndim = H5Sget_simple_extent_dims(d.space, sizes.data(), nullptr);
  if (d.ndim == 2) d.columns = static_cast<Index>(sizes[1]);
  return d;
}

/// Collective. Each rank reads whole rows, or compressed pieces, for itself: that is faster than the two phases of
/// MPI-IO, and one that fails leaves nobody waiting. Parts of rows, which lie scattered in the file, all ranks read
/// together.
void choose_transfer(World& world, const Dataset& d, const Slab& mine) {
  const bool scattered = d.contiguous && mine.elements() > 0 && mine.columns < d.columns;
  if (!world.any(scattered) || !world.communicator()) return;
  world.together([&] {
    const Hdf5 library;
    check_hdf5(H5Pset_dxpl_mpio(d.transfer, H5FD_MPIO_COLLECTIVE) >= 0, ErrorKind::other,
               "HDF5 refuses collective transfers");
  });
}

bool select(const Dataset& d, const Slab& piece) {
  if (piece.elements() == 0) return H5Sselect_none(d.space) >= 0;
  if (d.ndim == 0) return H5Sselect_all(d.space) >= 0;
  const std::array<hsize_t, 2> start{static_cast<hsize_t>(piece.row), static_cast<hsize_t>(piece.column)},
      count{static_cast<hsize_t>(piece.rows), static_cast<hsize_t>(piece.columns)};
  return H5Sselect_hyperslab(d.space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr) >= 0;
}

/// As they are stored, then converted where they are: no type takes more bytes in a file than in memory.
void read_chunks(Dataset& d, const Slab& piece, std::byte* buffer) {
  const Hdf5 library;
  d.chunks->read(piece, buffer);
  check_hdf5(
      H5Tconvert(d.stored, d.memory, static_cast<std::size_t>(piece.elements()), buffer, nullptr, H5P_DEFAULT) >= 0,
      ErrorKind::data, "HDF5 cannot convert a type");
}

/// Reads one piece, also an empty one: it is collective.
void read_piece(const File& file, const std::string& path, const Dataset& d, const Slab& piece, void* buffer) {
  const Hdf5 library;
  const hsize_t elements = static_cast<hsize_t>(piece.elements());
  const Handle memory(H5Screate_simple(1, &elements, nullptr), H5Sclose);
  if (elements == 0) H5Sselect_none(memory);
  const bool read = select(d, piece) && H5Dread(d.id, d.memory, memory, d.space, d.transfer, buffer) >= 0;
  check_hdf5(read, ErrorKind::data, file.name(), ": ", path, " cannot be read (rows ", piece.row, " to ",
             piece.row + piece.rows, ")");
}

}  // namespace

std::uint64_t read_slab(File& file, const std::string& path, DType dtype, const Slab& mine, const PieceWork& take,
                        std::size_t piece_bytes) {
  World& world = file.world();
  const std::size_t element = size_of(dtype);
  Dataset dataset;
  std::vector<std::byte> buffer;
  const Pieces pieces(mine, element, piece_bytes);
  std::exception_ptr error;
  world.together([&] {
    const Hdf5 library;
    dataset = open_dataset(file, path, dtype);
    buffer.resize(std::max<std::size_t>(1, static_cast<std::size_t>(pieces.most_elements()) * element));
  });
  choose_transfer(world, dataset, mine);

  std::uint64_t sum = 0;
  const Index calls = world.reduce(pieces.count(), comm::Combine::max);
  for (Index k = 0; k < calls; ++k) {  // whoever fails comes along to the end
    const Slab piece = pieces[k];
    const std::span bytes(buffer.data(), static_cast<std::size_t>(piece.elements()) * element);
    try {
      if (dataset.chunks)
        read_chunks(dataset, piece, buffer.data());
      else
        read_piece(file, path, dataset, piece, buffer.data());
      if (!bytes.empty()) take(piece, pieces.first(piece), bytes);
      sum += piece_checksum(piece, dataset.columns, element, bytes);
    } catch (...) {
      if (!error) error = std::current_exception();
    }
  }
  world.agree(error);
  return sum;
}

}  // namespace spgrad::io
