#include "io/parts.hpp"

namespace spgrad::io {
namespace {

/// Indices that fit are stored in 32 bits, as SciPy does.
DType index_type(Index size) { return size <= INT32_MAX ? DType::int32 : DType::int64; }

template <class T>
std::span<T> as(std::span<std::byte> bytes) {
  return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
}

/// The elements of `value` from `first` on, where they lie in memory.
Fill in_place(const Value& value) {
  return [&value](const Slab&, Index first, std::span<std::byte> room) {
    return std::as_bytes(value.bytes()).subspan(static_cast<std::size_t>(first) * size_of(value.dtype()), room.size());
  };
}

/// Rows of a matrix whose columns are contiguous in memory, those of this rank beginning at mine.column.
Fill turned(const Value& value, const Slab& mine) {
  return [&value, mine](const Slab& piece, Index, std::span<std::byte> room) {
    dispatch(value.dtype(), [&]<class T>() {
      const std::span<T> from = value.data<T>(), to = as<T>(room);
      const Index height = value.row_length();
      std::size_t k = 0;
      for (Index i = piece.row; i < piece.row + piece.rows; ++i)
        for (Index j = piece.column - mine.column; j < piece.column - mine.column + piece.columns; ++j)
          to[k++] = from[static_cast<std::size_t>(j * height + i)];
    });
    return room;
  };
}

Slab dense_slab(const Value& value, const World& world) {
  const Shape& shape = value.shape();
  Slab all{.row = 0, .rows = shape[0], .column = 0, .columns = shape[1]};
  if (value.cut() == kWhole && world.rank() != 0) all.rows = 0;
  if (value.cut() == kWhole) return all;
  const Index begin = value.layout().begin(value.rank()), count = value.layout().count(value.rank());
  if (value.cut() == 0) return {.row = begin, .rows = count, .column = 0, .columns = shape[1]};
  return {.row = 0, .rows = shape[0], .column = begin, .columns = count};
}

Part dense_part(const Value& value, const std::string& path, const World& world) {
  const Slab mine = dense_slab(value, world);
  return {path, value.dtype(), value.shape(), mine, value.slow() == 0 ? in_place(value) : turned(value, mine)};
}

Part data_part(const Value& value, const std::string& path) {
  const Sparsity& s = *value.sparsity();
  return {path + "/data",
          value.dtype(),
          {s.nnz()},
          {.row = s.entries.begin(s.rank), .rows = s.local_nnz()},
          in_place(value)};
}

Part indices_part(const Value& value, const std::string& path) {
  const Sparsity& s = *value.sparsity();
  const DType dtype = index_type(s.minor.size());
  const auto fill = [&s, dtype](const Slab&, Index first, std::span<std::byte> room) {
    const auto convert = [&](auto to) {
      for (std::size_t p = 0; p < to.size(); ++p)
        to[p] = static_cast<typename decltype(to)::value_type>(
            s.global_minor(s.indices[static_cast<std::size_t>(first) + p]));
    };
    if (dtype == DType::int32)
      convert(as<std::int32_t>(room));
    else
      convert(as<std::int64_t>(room));
    return room;
  };
  return {path + "/indices", dtype, {s.nnz()}, {.row = s.entries.begin(s.rank), .rows = s.local_nnz()}, fill};
}

/// Every rank writes where its majors begin; the last one also the end of all.
Part indptr_part(const Value& value, const std::string& path, const World& world) {
  const Sparsity& s = *value.sparsity();
  const Index end = world.rank() == world.size() - 1 ? 1 : 0;
  const auto fill = [&s](const Slab&, Index first, std::span<std::byte> room) {
    for (Index& offset : as<Index>(room))
      offset = s.entries.begin(s.rank) + s.indptr[static_cast<std::size_t>(first++)];
    return room;
  };
  return {path + "/indptr",
          DType::int64,
          {s.major.size() + 1},
          {.row = s.major.begin(s.rank), .rows = s.local_majors() + end},
          fill};
}

}  // namespace

std::vector<Part> parts_of(const Value& value, const std::string& path, const World& world) {
  if (!value.is_sparse()) return {dense_part(value, path, world)};
  return {data_part(value, path), indices_part(value, path), indptr_part(value, path, world)};
}

}  // namespace spgrad::io
