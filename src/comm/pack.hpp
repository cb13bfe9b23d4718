// pack.hpp: loops that pack, unpack and combine rows of a few or many bytes.
#pragma once

#include <cstring>

#include "src/comm/combine.hpp"

namespace spgrad::comm {

/// Calls f(width), with a constant for the widths where a call of memcpy would cost more than the copy.
template <class F>
void with_width(std::size_t row_bytes, F&& f) {
  switch (row_bytes) {
    case 1:
      return f(std::integral_constant<std::size_t, 1>());
    case 2:
      return f(std::integral_constant<std::size_t, 2>());
    case 4:
      return f(std::integral_constant<std::size_t, 4>());
    case 8:
      return f(std::integral_constant<std::size_t, 8>());
    case 16:
      return f(std::integral_constant<std::size_t, 16>());
    case 32:
      return f(std::integral_constant<std::size_t, 32>());
    default:
      return f(row_bytes);
  }
}

/// Asks for a row that the loop comes to soon: shuffled rows are what a cache cannot guess.
inline void prefetch(const std::byte* row, std::size_t row_bytes) {
  for (std::size_t at = 0; at < row_bytes && at < 512; at += 64) __builtin_prefetch(row + at);
}

inline constexpr std::size_t kAhead = 8;

/// to[i] = from[rows[i]]
inline void pack(std::byte* to, const std::byte* from, std::span<const LocalIndex> rows, std::size_t row_bytes) {
  with_width(row_bytes, [=](auto width) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (width >= 32 && i + kAhead < rows.size())
        prefetch(from + static_cast<std::size_t>(rows[i + kAhead]) * width, width);
      std::memcpy(to + i * width, from + static_cast<std::size_t>(rows[i]) * width, width);
    }
  });
}

/// to[rows[i]] = from[i]
inline void unpack(std::byte* to, std::span<const LocalIndex> rows, const std::byte* from, std::size_t row_bytes) {
  with_width(row_bytes, [=](auto width) {
    for (std::size_t i = 0; i < rows.size(); ++i)
      std::memcpy(to + static_cast<std::size_t>(rows[i]) * width, from + i * width, width);
  });
}

/// to[to_rows[i]] = from[from_rows[i]]
inline void copy_rows(std::byte* to, std::span<const LocalIndex> to_rows, const std::byte* from,
                      std::span<const LocalIndex> from_rows, std::size_t row_bytes) {
  with_width(row_bytes, [=](auto width) {
    for (std::size_t i = 0; i < from_rows.size(); ++i)
      std::memcpy(to + static_cast<std::size_t>(to_rows[i]) * width,
                  from + static_cast<std::size_t>(from_rows[i]) * width, width);
  });
}

/// to[row of i] = combine(to[row of i], from[row_of(i)]), k elements a row.
template <class T, Combine kCombine, class RowOf>
void combine_rows(T* to, std::span<const LocalIndex> rows, const T* from, RowOf row_of, std::size_t k) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    T* const a = to + static_cast<std::size_t>(rows[i]) * k;
    const T* const b = from + row_of(i) * k;
    for (std::size_t j = 0; j < k; ++j) a[j] = combined<T, kCombine>(a[j], b[j]);
  }
}

}  // namespace spgrad::comm
