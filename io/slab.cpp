// slab.cpp: read_slab, write_slab and the checksums of file.hpp.
#include <algorithm>
#include <array>
#include <optional>

#include "io/chunks.hpp"
#include "io/file.hpp"
#include "io/types.hpp"
#include "io/xxh3.hpp"

namespace spgrad::io {
namespace {

/// How a slab falls into pieces: blocks of whole rows or, where a row is larger than a piece, parts of one row.
class Pieces {
 public:
  Pieces(const Slab& slab, std::size_t element, std::size_t piece_bytes) : slab_(slab) {
    const Index most = std::max<Index>(1, static_cast<Index>(piece_bytes / element));
    columns_ = std::clamp<Index>(slab.columns, 1, most);
    rows_ = slab.columns > most
                ? 1
                : std::clamp<Index>(most / std::max<Index>(1, slab.columns), 1, std::max<Index>(1, slab.rows));
    across_ = (slab.columns + columns_ - 1) / columns_;
  }
  Index count() const { return across_ * ((slab_.rows + rows_ - 1) / rows_); }
  Index most_elements() const { return slab_.elements() == 0 ? 0 : rows_ * columns_; }
  Slab operator[](Index k) const {
    if (k >= count()) return {.row = 0, .rows = 0, .column = 0, .columns = 0};
    const Index row = k / across_ * rows_, column = k % across_ * columns_;
    return {.row = slab_.row + row,
            .rows = std::min(rows_, slab_.rows - row),
            .column = slab_.column + column,
            .columns = std::min(columns_, slab_.columns - column)};
  }
  /// Where a piece begins, counted in elements of the slab.
  Index first(const Slab& piece) const { return (piece.row - slab_.row) * slab_.columns + piece.column - slab_.column; }

 private:
  Slab slab_;
  Index rows_ = 1, columns_ = 1, across_ = 1;
};

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

/// Where the elements of a contiguous dataset that is stored as it is in memory begin in the file.
Index place_of(const File& file, const std::string& path, const Dataset& d) {
  const Hdf5 library;
  const haddr_t place = H5Dget_offset(d.id);
  check_hdf5(place != HADDR_UNDEF, ErrorKind::io, file.name(), ": ", path, " has no place in the file");
  return static_cast<Index>(place);
}

/// Rows that are whole follow each other in the file.
void write_piece(const File& file, const std::string& path, const Dataset& d, const Slab& piece,
                 std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  const Index begin = place_of(file, path, d), element = static_cast<Index>(bytes.size()) / piece.elements();
  const Index rows = piece.columns == d.columns ? piece.rows : 1, block = rows * piece.columns * element;
  for (Index row = 0; row < piece.rows; row += rows)
    file.write(begin + ((piece.row + row) * d.columns + piece.column) * element,
               bytes.subspan(static_cast<std::size_t>(row * piece.columns * element), static_cast<std::size_t>(block)));
}

std::uint64_t piece_checksum(const Slab& piece, Index columns, std::size_t element, std::span<const std::byte> bytes) {
  if (piece.columns == columns) return checksum(bytes, element, static_cast<std::uint64_t>(piece.row * columns));
  std::uint64_t sum = 0;
  const std::size_t row_bytes = static_cast<std::size_t>(piece.columns) * element;
  for (Index i = 0; i < piece.rows; ++i)
    sum += checksum(bytes.subspan(static_cast<std::size_t>(i) * row_bytes, row_bytes), element,
                    static_cast<std::uint64_t>((piece.row + i) * columns + piece.column));
  return sum;
}

/// Collective. Does `step` for as many pieces as the rank with most of them has. Whoever fails comes along to the end.
template <class Step>
std::uint64_t in_pieces(File& file, const std::string& path, DType dtype, const Slab& mine, std::size_t piece_bytes,
                        Step&& step) {
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
  for (Index k = 0; k < calls; ++k) {
    const Slab piece = pieces[k];
    const std::span bytes(buffer.data(), static_cast<std::size_t>(piece.elements()) * element);
    try {
      step(dataset, piece, pieces.first(piece), bytes, buffer.data());
      sum += piece_checksum(piece, dataset.columns, element, bytes);
    } catch (...) {
      if (!error) error = std::current_exception();
    }
  }
  world.agree(error);
  return sum;
}

}  // namespace

std::uint64_t checksum(std::span<const std::byte> bytes, std::size_t element, std::uint64_t first) {
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at < bytes.size(); at += element) sum += xxh3(bytes.data() + at, element, first++);
  return sum;
}

std::uint64_t slab_checksum(const Slab& mine, Index columns, DType dtype, const PieceWork& fill) {
  const std::size_t element = size_of(dtype);
  const Pieces pieces(mine, element, kPieceBytes);
  std::vector<std::byte> buffer(static_cast<std::size_t>(pieces.most_elements()) * element);
  std::uint64_t sum = 0;
  for (Index k = 0; k < pieces.count() && !buffer.empty(); ++k) {
    const Slab piece = pieces[k];
    const std::span bytes(buffer.data(), static_cast<std::size_t>(piece.elements()) * element);
    fill(piece, pieces.first(piece), bytes);
    sum += piece_checksum(piece, columns, element, bytes);
  }
  return sum;
}

std::uint64_t read_slab(File& file, const std::string& path, DType dtype, const Slab& mine, const PieceWork& take,
                        std::size_t piece_bytes) {
  return in_pieces(file, path, dtype, mine, piece_bytes,
                   [&](Dataset& d, const Slab& piece, Index first, std::span<std::byte> bytes, std::byte* buffer) {
                     if (d.chunks)
                       read_chunks(d, piece, buffer);
                     else
                       read_piece(file, path, d, piece, buffer);
                     if (!bytes.empty()) take(piece, first, bytes);
                   });
}

std::uint64_t write_slab(File& file, const std::string& path, DType dtype, const Slab& mine, const PieceWork& fill,
                         std::size_t piece_bytes) {
  return in_pieces(file, path, dtype, mine, piece_bytes,
                   [&](const Dataset& d, const Slab& piece, Index first, std::span<std::byte> bytes, std::byte*) {
                     if (!bytes.empty()) fill(piece, first, bytes);
                     write_piece(file, path, d, piece, bytes);
                   });
}

}  // namespace spgrad::io
