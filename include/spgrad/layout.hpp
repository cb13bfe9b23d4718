// layout.hpp: how one global dimension is cut into one contiguous range per rank.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "spgrad/dtype.hpp"

namespace spgrad {

/// Rank r owns the indices begin(r) to end(r) - 1. Ranges may be empty. Cheap to copy; immutable.
class Layout {
 public:
  Layout();  ///< of nothing, on one rank
  /// `starts`: P + 1 values, the first 0, ascending, the last the size of the dimension; throws Error otherwise.
  explicit Layout(std::vector<Index> starts);

  /// Ranges whose sizes differ by at most one, the longer ones first.
  static Layout even(Index size, int ranks);
  /// Ranges of about equal weight; weights[i] is the weight of index i (such as its number of stored entries).
  static Layout balanced(std::span<const Index> weights, int ranks);

  Index size() const { return starts_->back(); }
  int ranks() const { return static_cast<int>(starts_->size()) - 1; }
  Index begin(int rank) const { return (*starts_)[static_cast<std::size_t>(rank)]; }
  Index end(int rank) const { return (*starts_)[static_cast<std::size_t>(rank) + 1]; }
  Index count(int rank) const { return end(rank) - begin(rank); }
  Layout with_fence() const;  ///< one index more, which the last rank owns, even if it has no other
  int owner(Index i) const;   ///< the rank whose range holds i; empty ranges own nothing
  std::span<const Index> starts() const { return *starts_; }

  bool operator==(const Layout& other) const { return starts_ == other.starts_ || *starts_ == *other.starts_; }

 private:
  std::shared_ptr<const std::vector<Index>> starts_;
};

}  // namespace spgrad
