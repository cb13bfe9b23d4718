#include "io/chunks.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>

namespace spgrad::io {
namespace {

constexpr std::size_t kSumBytes = 4;  // of a fletcher32, behind the data

/// Fletcher's checksum of big-endian words of 16 bits, an odd byte at the end counted as the upper half of a word.
/// Both sums are modulo 65535.
std::array<std::uint32_t, 2> fletcher32(std::span<const std::byte> bytes) {
  constexpr std::size_t kBeforeOverflow = 360;  // words
  std::uint32_t first = 0, second = 0;
  std::size_t in_block = 0;
  for (std::size_t at = 0; at < bytes.size(); at += 2) {
    first += std::to_integer<std::uint32_t>(bytes[at]) << 8;
    if (at + 1 < bytes.size()) first += std::to_integer<std::uint32_t>(bytes[at + 1]);
    second += first;
    if (++in_block == kBeforeOverflow) {
      first %= 65535;
      second %= 65535;
      in_block = 0;
    }
  }
  return {first % 65535, second % 65535};
}

}  // namespace

Chunks::Chunks(hid_t dataset, hid_t properties, std::string name) : dataset_(dataset), name_(std::move(name)) {
  std::array<hsize_t, H5S_MAX_RANK> sizes{};
  ndim_ = H5Pget_chunk(properties, H5S_MAX_RANK, sizes.data());
  require(ndim_ == 1 || ndim_ == 2, name_, " has chunks of ", ndim_, " axes");
  rows_ = static_cast<Index>(sizes[0]);
  columns_ = ndim_ == 2 ? static_cast<Index>(sizes[1]) : 1;
  const Handle type(H5Dget_type(dataset), H5Tclose);
  element_ = H5Tget_size(type);
  chunk_bytes_ = static_cast<std::size_t>(rows_ * columns_) * element_;
  for (int i = 0; i < H5Pget_nfilters(properties); ++i) {
    unsigned flags = 0, config = 0;
    std::size_t count = 1;
    std::array<unsigned, 1> values{};
    const H5Z_filter_t id =
        H5Pget_filter2(properties, static_cast<unsigned>(i), &flags, &count, values.data(), 0, nullptr, &config);
    filters_.push_back({id, std::max(1u, values[0])});
  }
}

template <class... Parts>
void Chunks::broken(const Slab& chunk, const Parts&... parts) const {
  const std::string column = ndim_ == 2 ? text(", column ", chunk.column) : "";
  fail(ErrorKind::data, name_, ": the chunk from row ", chunk.row, column, " on ", parts...);
}

void Chunks::read(const Slab& piece, std::byte* to) {
  if (piece.elements() == 0) return;
  const Index last_row = piece.row + piece.rows, last_column = piece.column + piece.columns;
  for (Index row = piece.row / rows_ * rows_; row < last_row; row += rows_)
    for (Index column = piece.column / columns_ * columns_; column < last_column; column += columns_) {
      fetch({.row = row, .rows = rows_, .column = column, .columns = columns_});
      const Index top = std::max(row, piece.row), bottom = std::min(row + rows_, last_row);
      const Index left = std::max(column, piece.column), right = std::min(column + columns_, last_column);
      const std::size_t width = static_cast<std::size_t>(right - left) * element_;
      for (Index i = top; i < bottom; ++i) {
        const Index from = (i - row) * columns_ + left - column;
        const Index into = (i - piece.row) * piece.columns + left - piece.column;
        std::memcpy(to + static_cast<std::size_t>(into) * element_,
                    bytes_.data() + static_cast<std::size_t>(from) * element_, width);
      }
    }
}

void Chunks::fetch(const Slab& chunk) {
  const std::uint32_t skipped = fetch_stored(chunk);
  const auto applied = [&](std::size_t i) { return (skipped >> i & 1) == 0; };
  for (std::size_t i = filters_.size(); i-- > 0;) {
    if (!applied(i)) continue;
    std::size_t before = chunk_bytes_;  // this filter's input when the chunk was written
    for (std::size_t k = 0; k < i; ++k)
      if (applied(k) && filters_[k].id == H5Z_FILTER_FLETCHER32) before += kSumBytes;
    if (filters_[i].id == H5Z_FILTER_FLETCHER32) check_sum(chunk);
    if (filters_[i].id == H5Z_FILTER_DEFLATE) inflate(chunk, before);
    if (filters_[i].id == H5Z_FILTER_SHUFFLE) unshuffle(filters_[i].element);
  }
  if (bytes_.size() != chunk_bytes_) broken(chunk, "has ", bytes_.size(), " bytes, but should have ", chunk_bytes_);
}

std::uint32_t Chunks::fetch_stored(const Slab& chunk) {
  const std::array<hsize_t, 2> offset{static_cast<hsize_t>(chunk.row), static_cast<hsize_t>(chunk.column)};
  hsize_t size = 0;
  if (H5Dget_chunk_storage_size(dataset_, offset.data(), &size) < 0)
    broken(chunk, "was never written or cannot be found: ", hdf5_complaint());
  if (size == 0) broken(chunk, "was never written");
  // Filters shrink, or add little; so does deflate to what it cannot shrink.
  if (size > 2 * chunk_bytes_ + 1024) broken(chunk, "claims ", size, " bytes, but unpacked it has ", chunk_bytes_);
  bytes_.resize(size);
  std::uint32_t skipped = 0;
  if (H5Dread_chunk(dataset_, H5P_DEFAULT, offset.data(), &skipped, bytes_.data()) < 0)
    broken(chunk, "cannot be read: ", hdf5_complaint());
  return skipped;
}

void Chunks::check_sum(const Slab& chunk) {
  if (bytes_.size() < kSumBytes) broken(chunk, "has ", bytes_.size(), " bytes, too few for a checksum");
  std::array<std::uint8_t, kSumBytes> stored{};
  std::memcpy(stored.data(), bytes_.data() + bytes_.size() - kSumBytes, kSumBytes);
  bytes_.resize(bytes_.size() - kSumBytes);
  const auto [first, second] = fletcher32(bytes_);
  const unsigned low = stored[0] | stored[1] << 8, high = stored[2] | stored[3] << 8;
  if (low % 65535 != first || high % 65535 != second) broken(chunk, "does not have its fletcher32 checksum");
}

void Chunks::inflate(const Slab& chunk, std::size_t to) {
  other_.resize(to);
  uLongf length = to;
  const int result = uncompress(reinterpret_cast<Bytef*>(other_.data()), &length,
                                reinterpret_cast<const Bytef*>(bytes_.data()), bytes_.size());
  if (result == Z_BUF_ERROR && length == to) broken(chunk, "inflates to more than its ", to, " bytes");
  if (result != Z_OK) broken(chunk, "is no whole deflate stream");
  if (length != to) broken(chunk, "inflates to ", length, " bytes, but should have ", to);
  bytes_.swap(other_);
}

void Chunks::unshuffle(std::size_t element) {
  const std::size_t count = bytes_.size() / element;
  if (element == 1 || count <= 1) return;
  other_.resize(bytes_.size());
  for (std::size_t b = 0; b < element; ++b)
    for (std::size_t i = 0; i < count; ++i) other_[i * element + b] = bytes_[b * count + i];
  std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(count * element), bytes_.end(),
            other_.begin() + static_cast<std::ptrdiff_t>(count * element));
  bytes_.swap(other_);
}

}  // namespace spgrad::io
