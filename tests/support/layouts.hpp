// layouts.hpp: cuts that hide nothing: even, uneven, with empty ranks, everything on one rank.
#pragma once

#include <algorithm>
#include <random>
#include <vector>

#include "spgrad/layout.hpp"

namespace spgrad::tests {

/// A random cut; with few indices and many ranks some are empty. The same on every rank.
inline Layout random_layout(Index size, int ranks, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Index> starts{0, size};
  for (int r = 1; r < ranks; ++r) starts.push_back(std::uniform_int_distribution<Index>(0, size)(random));
  std::ranges::sort(starts);
  return Layout(std::move(starts));
}

inline Layout all_on(int rank, Index size, int ranks) {
  std::vector<Index> starts(static_cast<std::size_t>(ranks) + 1, 0);
  for (int r = rank; r < ranks; ++r) starts[static_cast<std::size_t>(r) + 1] = size;
  return Layout(std::move(starts));
}

inline std::vector<Layout> layouts(Index size, int ranks) {
  return {Layout::even(size, ranks), random_layout(size, ranks, 1), random_layout(size, ranks, 2),
          all_on(ranks - 1, size, ranks), all_on(0, size, ranks)};
}

}  // namespace spgrad::tests
