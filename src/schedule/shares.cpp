#include "src/schedule/shares.hpp"

#include <algorithm>
#include <cmath>

#include "spgrad/error.hpp"

namespace spgrad {

Shares::Shares(int ranks) {
  for (auto* numbers : {&stored, &ghosts, &owners, &lent, &readers}) numbers->resize(static_cast<std::size_t>(ranks));
}

Shares shares_of(const Sparsity& whole, const Layout& major, const Layout& minor) {
  require(whole.local_nnz() == whole.nnz(), "a pattern that is cut already cannot be looked at as a whole");
  const int ranks = major.ranks();
  Shares s(ranks);
  std::vector<int> owner_of(static_cast<std::size_t>(minor.size()));
  for (int r = 0; r < ranks; ++r) std::fill(owner_of.begin() + minor.begin(r), owner_of.begin() + minor.end(r), r);
  std::vector<int> named_by(owner_of.size(), -1), met_by(static_cast<std::size_t>(ranks), -1);
  for (int r = 0; r < ranks; ++r) {
    const auto at = static_cast<std::size_t>(r);
    const Index begin = whole.indptr[static_cast<std::size_t>(major.begin(r))],
                end = whole.indptr[static_cast<std::size_t>(major.end(r))];
    s.stored[at] = static_cast<double>(end - begin);
    for (Index p = begin; p < end; ++p) {
      const auto j = static_cast<std::size_t>(whole.indices[static_cast<std::size_t>(p)]);
      if (owner_of[j] == r || named_by[j] == r) continue;
      named_by[j] = r;
      const auto owner = static_cast<std::size_t>(owner_of[j]);
      ++s.ghosts[at];
      ++s.lent[owner];
      if (met_by[owner] == r) continue;
      met_by[owner] = r;
      ++s.owners[at];
      ++s.readers[owner];
    }
  }
  return s;
}

Shares estimated_shares(double nnz, const Layout& major, const Layout& minor) {
  const int ranks = major.ranks();
  Shares s(ranks);
  s.estimated = true;
  const double majors = static_cast<double>(std::max<Index>(major.size(), 1)),
               minors = static_cast<double>(std::max<Index>(minor.size(), 1)), others = ranks - 1;
  for (int r = 0; r < ranks; ++r) {
    const auto at = static_cast<std::size_t>(r);
    s.stored[at] = nnz * static_cast<double>(major.count(r)) / majors;
    // Of n that are drawn from, so many are met by s draws: n (1 - (1 - 1/n)^s).
    const double met = 1 - std::exp(s.stored[at] * std::log1p(-std::min(1 / minors, 0.5)));
    s.ghosts[at] = (minors - static_cast<double>(minor.count(r))) * met;
    s.owners[at] = std::min(others, s.ghosts[at]);
  }
  double all = 0;
  for (const double ghosts : s.ghosts) all += ghosts;
  for (int r = 0; r < ranks; ++r) {
    const auto at = static_cast<std::size_t>(r);
    s.lent[at] = all * static_cast<double>(minor.count(r)) / minors;
    s.readers[at] = std::min(others, s.lent[at]);
  }
  return s;
}

}  // namespace spgrad
