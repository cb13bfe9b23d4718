// slab.hpp: rectangles of datasets, the pieces in which they go through memory, and their checksums. Internal.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "spgrad/dtype.hpp"
#include "spgrad/error.hpp"

namespace spgrad::io {

/// A rectangle of a dataset: rows and columns of a matrix; rows of a vector (one column); the one row of a scalar.
struct Slab {
  Index row = 0, rows = 0, column = 0, columns = 1;
  Index elements() const { return rows * columns; }
};

/// What is done with a piece of a slab that was read: its bytes in memory (rows contiguous), and where they begin,
/// counted in elements of the slab.
using PieceWork = std::function<void(const Slab& piece, Index first, std::span<std::byte> bytes)>;
/// The bytes of a piece, as they are stored: in `room`, which is large enough, or where they lie in memory anyway.
using Fill = std::function<std::span<const std::byte>(const Slab& piece, Index first, std::span<std::byte> room)>;

inline constexpr std::size_t kPieceBytes = std::size_t{8} << 20;  ///< what is read by one call

/// How a slab falls into pieces: blocks of whole rows or, where a row is larger than a piece, parts of one row.
class Pieces {
 public:
  Pieces(const Slab& slab, std::size_t element, std::size_t piece_bytes);
  Index count() const { return across_ * ((slab_.rows + rows_ - 1) / rows_); }
  Index most_elements() const { return slab_.elements() == 0 ? 0 : rows_ * columns_; }
  Slab operator[](Index k) const;  ///< an empty one behind the last
  /// Where a piece begins, counted in elements of the slab.
  Index first(const Slab& piece) const { return (piece.row - slab_.row) * slab_.columns + piece.column - slab_.column; }

 private:
  Slab slab_;
  Index rows_ = 1, columns_ = 1, across_ = 1;
};

/// Calls run(first, bytes) for what of a piece lies together in a dataset of `columns`: all of it, or each of its
/// rows; `first` is the number of its first element in the dataset.
template <class Bytes, class Run>
void each_run(const Slab& piece, Index columns, std::size_t element, Bytes bytes, Run&& run) {
  const Index rows = piece.columns == columns ? piece.rows : 1;
  const std::size_t size = static_cast<std::size_t>(rows * piece.columns) * element;
  for (Index i = 0; i < piece.rows && size > 0; i += rows)
    run((piece.row + i) * columns + piece.column, bytes.subspan(static_cast<std::size_t>(i / rows) * size, size));
}

/// The checksum of a dataset is the sum over its elements of XXH3(element, seed = its number), modulo 2^64: any
/// number of ranks can compute it, each from what it has in hand. This is the part of elements first, first + 1, ...
std::uint64_t checksum(std::span<const std::byte> bytes, std::size_t element, Index first);
/// The part of a piece of a dataset that has `columns`.
std::uint64_t piece_checksum(const Slab& piece, Index columns, std::size_t element, std::span<const std::byte> bytes);
/// The part of a slab.
std::uint64_t slab_checksum(const Slab& mine, Index columns, DType dtype, const Fill& fill);

/// Calls work(piece, bytes) for each piece of a slab, of `piece_bytes` at most, in order.
template <class Work>
void each_filled(const Slab& mine, DType dtype, const Fill& fill, std::size_t piece_bytes, Work&& work) {
  const std::size_t element = size_of(dtype);
  const Pieces pieces(mine, element, piece_bytes);
  std::vector<std::byte> room(static_cast<std::size_t>(pieces.most_elements()) * element);
  for (Index k = 0; k < pieces.count() && !room.empty(); ++k) {
    const Slab piece = pieces[k];
    work(piece,
         fill(piece, pieces.first(piece), std::span(room).first(static_cast<std::size_t>(piece.elements()) * element)));
  }
}

}  // namespace spgrad::io
