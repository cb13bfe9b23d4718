// views.hpp: what kernels see: spans and numbers. No graph, no ranks.
#pragma once

#include <span>

#include "spgrad/sparsity.hpp"

namespace spgrad::kernels {

/// Rows of equal length, of which the first own_rows lie in one place and the others (ghosts) in another, so that rows
/// that arrive in messages need no copy. A vector has cols = 1.
template <class T>
struct Rows {
  T* own = nullptr;
  T* ghost = nullptr;
  Index own_rows = 0, rows = 0, cols = 1;
  T* row(Index i) const { return i < own_rows ? own + i * cols : ghost + (i - own_rows) * cols; }
};

/// A sparse matrix, or a part of each of its majors, in major and minor words: entry p of major i, begins[i] <= p <
/// ends[i], is data[p] at minor indices[p].
template <class T>
struct Entries {
  Entries() = default;
  /// All of a matrix: indptr has an offset more than there are majors.
  Entries(std::span<const Index> indptr, std::span<const LocalIndex> minors, const T* values = nullptr)
      : Entries(indptr.first(indptr.size() - 1), indptr.last(indptr.size() - 1), minors, values) {}
  Entries(std::span<const Index> from, std::span<const Index> to, std::span<const LocalIndex> minors, const T* values)
      : begins(from), ends(to), indices(minors), data(values) {}

  std::span<const Index> begins, ends;
  std::span<const LocalIndex> indices;
  const T* data = nullptr;
  Index majors() const { return static_cast<Index>(begins.size()); }
};
template <class T>
Entries<T> entries(const Sparsity& s, const T* data) {
  return {s.indptr, s.indices, data};
}

/// Called now and then from long kernels so that messages travel.
struct Poll {
  void (*call)(void*) = nullptr;
  void* state = nullptr;
  void operator()() const {
    if (call != nullptr) call(state);
  }
};

}  // namespace spgrad::kernels
