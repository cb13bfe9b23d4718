// route.hpp: entries to the owners of their majors, and into order there.
#pragma once

#include <cstring>
#include <span>
#include <vector>

#include "spgrad/layout.hpp"
#include "src/comm/world.hpp"

namespace spgrad::comm {

/// Where an entry stands, in global numbers.
struct Position {
  Index major, minor;
};

/// Collective. Row p, of row_bytes bytes, goes to rank to[p]; what came from all ranks, in the order of ranks, then
/// storage.
std::vector<std::byte> route(World& world, std::span<const int> to, std::span<const std::byte> rows,
                             std::size_t row_bytes);

template <class T>
std::vector<T> route(World& world, std::span<const int> to, const std::vector<T>& items) {
  const auto bytes = route(world, to, std::as_bytes(std::span(items)), sizeof(T));
  std::vector<T> out(bytes.size() / sizeof(T));
  if (!out.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
  return out;
}

/// A stable order by major, then minor.
struct Order {
  std::vector<Index> indptr;    ///< offsets of the majors begin, begin + 1, ..
  std::vector<Index> sequence;  ///< sequence[p]: which of the given entries comes p-th
};
/// All majors lie in begin .. begin + majors - 1.
Order order_of(std::span<const Position> entries, Index begin, Index majors);

}  // namespace spgrad::comm
