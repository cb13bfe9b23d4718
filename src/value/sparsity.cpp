#include "spgrad/sparsity.hpp"

#include <algorithm>

#include "spgrad/error.hpp"

namespace spgrad {

void compact(Sparsity& s, std::span<const Index> global_minors) {
  const Index begin = s.minor.begin(s.rank), own = s.minor.count(s.rank);
  const auto is_own = [&](Index j) { return static_cast<std::uint64_t>(j - begin) < static_cast<std::uint64_t>(own); };

  std::vector<Index> ghosts;
  for (const Index j : global_minors) {
    if (is_own(j)) continue;
    require(j >= 0 && j < s.minor.size(), "index ", j, " is out of range 0 .. ", s.minor.size() - 1);
    ghosts.push_back(j);
  }
  std::sort(ghosts.begin(), ghosts.end());
  ghosts.erase(std::unique(ghosts.begin(), ghosts.end()), ghosts.end());
  require(own + static_cast<Index>(ghosts.size()) <= INT32_MAX, "one rank needs ",
          own + static_cast<Index>(ghosts.size()),
          " distinct minor indices, but at most 2147483647 are possible: use more ranks");

  std::vector<LocalIndex> indices;
  indices.reserve(global_minors.size());
  for (const Index j : global_minors) {
    const Index local =
        is_own(j) ? j - begin : own + (std::lower_bound(ghosts.begin(), ghosts.end(), j) - ghosts.begin());
    indices.push_back(static_cast<LocalIndex>(local));
  }
  s.indices = std::move(indices);
  s.ghosts = std::move(ghosts);
}

}  // namespace spgrad
