// sorted_set.hpp: numbers 0 .. n - 1 that are put in one by one and taken out in order, without sorting.
#pragma once

#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include "spgrad/dtype.hpp"

namespace spgrad::kernels {

/// A bitmap, a bitmap of its words that are not zero, one of that one's, and so on up to a single word: neither few
/// numbers far apart nor many close together make it look at words in vain.
class SortedSet {
 public:
  explicit SortedSet(Index n) {
    do {
      n = (n + 63) / 64;
      levels_.emplace_back(static_cast<std::size_t>(n > 0 ? n : 1));
    } while (n > 1);
  }

  void insert(Index i) {
    for (auto& words : levels_) {
      std::uint64_t& word = words[static_cast<std::size_t>(i >> 6)];
      const bool known_above = word != 0;
      word |= std::uint64_t{1} << (i & 63);
      if (known_above) return;
      i >>= 6;
    }
  }

  /// f(i) for every number, ascending; the set is empty afterwards.
  template <class F>
  void drain(F f) {
    drain(levels_.size() - 1, 0, f);
  }

 private:
  template <class F>
  void drain(std::size_t level, Index at, F& f) {
    std::uint64_t word = std::exchange(levels_[level][static_cast<std::size_t>(at)], 0);
    for (; word != 0; word &= word - 1) {
      const Index i = at * 64 + std::countr_zero(word);
      if (level == 0)
        f(i);
      else
        drain(level - 1, i, f);
    }
  }

  std::vector<std::vector<std::uint64_t>> levels_;
};

}  // namespace spgrad::kernels
