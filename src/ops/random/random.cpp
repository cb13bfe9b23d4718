#include "src/ops/random/random.hpp"

#include <numeric>

namespace spgrad {

std::vector<Index> by_minor(const Sparsity& s, Index major) {
  std::vector<Index> entries(static_cast<std::size_t>(s.indptr[major + 1] - s.indptr[major]));
  std::iota(entries.begin(), entries.end(), s.indptr[major]);
  std::ranges::stable_sort(entries, {}, [&](Index p) { return s.global_minor(s.indices[p]); });
  return entries;
}

std::shared_ptr<const Occurrences> occurrences(const Sparsity& s) {
  return s.cache.get<Occurrences>(0, [&] {
    auto found = std::make_shared<Occurrences>();
    if (s.unique) return found;
    std::vector<Index>& before = found->before;
    before.resize(s.indices.size());
    for (Index k = 0; k < s.local_majors(); ++k) {
      const std::vector<Index> entries = by_minor(s, k);
      for (std::size_t e = 1; e < entries.size(); ++e)
        if (s.indices[entries[e]] == s.indices[entries[e - 1]]) before[entries[e]] = before[entries[e - 1]] + 1;
    }
    return found;
  });
}

}  // namespace spgrad
