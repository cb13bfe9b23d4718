#include "io/slab.hpp"

#include <algorithm>

#include "io/xxh3.hpp"

namespace spgrad::io {
namespace {

/// Flat, so that the hash of so many bytes is a few multiplications in the loop.
template <std::size_t N>
[[gnu::flatten]] std::uint64_t sum_of(std::span<const std::byte> bytes, std::uint64_t first) {
  std::uint64_t sum = 0;
  for (const std::byte* at = bytes.data(); at != bytes.data() + bytes.size(); at += N) sum += xxh3(at, N, first++);
  return sum;
}

}  // namespace

Pieces::Pieces(const Slab& slab, std::size_t element, std::size_t piece_bytes) : slab_(slab) {
  const Index most = std::max<Index>(1, static_cast<Index>(piece_bytes / element));
  columns_ = std::clamp<Index>(slab.columns, 1, most);
  rows_ = slab.columns > most
              ? 1
              : std::clamp<Index>(most / std::max<Index>(1, slab.columns), 1, std::max<Index>(1, slab.rows));
  across_ = (slab.columns + columns_ - 1) / columns_;
}

Slab Pieces::operator[](Index k) const {
  if (k >= count()) return {.row = 0, .rows = 0, .column = 0, .columns = 0};
  const Index row = k / across_ * rows_, column = k % across_ * columns_;
  return {.row = slab_.row + row,
          .rows = std::min(rows_, slab_.rows - row),
          .column = slab_.column + column,
          .columns = std::min(columns_, slab_.columns - column)};
}

std::uint64_t checksum(std::span<const std::byte> bytes, std::size_t element, Index first) {
  const auto number = static_cast<std::uint64_t>(first);
  switch (element) {
    case 1:
      return sum_of<1>(bytes, number);
    case 2:
      return sum_of<2>(bytes, number);
    case 4:
      return sum_of<4>(bytes, number);
    case 8:
      return sum_of<8>(bytes, number);
    case 16:
      return sum_of<16>(bytes, number);
    default:
      fail(ErrorKind::other, "there is no checksum of elements of ", element, " bytes");
  }
}

std::uint64_t piece_checksum(const Slab& piece, Index columns, std::size_t element, std::span<const std::byte> bytes) {
  std::uint64_t sum = 0;
  each_run(piece, columns, element, bytes,
           [&](Index first, std::span<const std::byte> run) { sum += checksum(run, element, first); });
  return sum;
}

std::uint64_t slab_checksum(const Slab& mine, Index columns, DType dtype, const Fill& fill) {
  std::uint64_t sum = 0;
  each_filled(mine, dtype, fill, kPieceBytes, [&](const Slab& piece, std::span<const std::byte> bytes) {
    sum += piece_checksum(piece, columns, size_of(dtype), bytes);
  });
  return sum;
}

}  // namespace spgrad::io
