#include "spgrad/layout.hpp"

#include <algorithm>
#include <numeric>

#include "spgrad/error.hpp"

namespace spgrad {

// Every Value has one, so it allocates nothing.
Layout::Layout() {
  static const auto nothing = std::make_shared<const std::vector<Index>>(2, 0);
  starts_ = nothing;
}

Layout::Layout(std::vector<Index> starts) {
  require(starts.size() >= 2 && starts.front() == 0 && std::is_sorted(starts.begin(), starts.end()),
          "a Layout needs ascending starts from 0 to the size, one more than there are ranks");
  starts_ = std::make_shared<const std::vector<Index>>(std::move(starts));
}

Layout Layout::even(Index size, int ranks) {
  std::vector<Index> starts;
  for (Index r = 0; r <= ranks; ++r) starts.push_back(r * (size / ranks) + std::min<Index>(r, size % ranks));
  return Layout(std::move(starts));
}

Layout Layout::balanced(std::span<const Index> weights, int ranks) {
  // Cut where the running weight comes nearest to each rank's share.
  std::vector<Index> before(weights.size() + 1, 0);
  std::partial_sum(weights.begin(), weights.end(), before.begin() + 1);
  std::vector<Index> starts{0};
  for (int r = 1; r < ranks; ++r) {
    const double share = static_cast<double>(before.back()) * r / ranks;
    auto cut = std::lower_bound(before.begin() + starts.back(), before.end() - 1, share,
                                [](Index w, double x) { return static_cast<double>(w) < x; });
    if (cut - before.begin() > starts.back() &&
        share - static_cast<double>(cut[-1]) < static_cast<double>(*cut) - share)
      --cut;
    starts.push_back(cut - before.begin());
  }
  starts.push_back(static_cast<Index>(weights.size()));
  return Layout(std::move(starts));
}

Layout Layout::with_fence() const {
  std::vector<Index> starts = *starts_;
  ++starts.back();
  return Layout(std::move(starts));
}

int Layout::owner(Index i) const {
  // upper_bound: among equal starts (empty ranks) the last one owns.
  return static_cast<int>(std::upper_bound(starts_->begin(), starts_->end(), i) - starts_->begin()) - 1;
}

}  // namespace spgrad
