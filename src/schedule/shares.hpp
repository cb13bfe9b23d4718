// shares.hpp: what each of many ranks would have of a pattern, found on one process.
#pragma once

#include <vector>

#include "spgrad/sparsity.hpp"

namespace spgrad {

/// By rank, of a matrix cut by its majors whose minors are cut, too.
struct Shares {
  explicit Shares(int ranks = 0);

  std::vector<double> stored;         ///< entries
  std::vector<double> ghosts;         ///< distinct minors that live elsewhere
  std::vector<double> owners;         ///< on how many other ranks these are
  std::vector<double> lent, readers;  ///< its own minors that others name, once for each; how many others do
  bool estimated = false;             ///< as if entries were spread evenly
};

/// Counted: a pass over the pattern, which lies on this rank alone.
Shares shares_of(const Sparsity& whole, const Layout& major, const Layout& minor);

/// Of a matrix with nnz entries that nobody has seen.
Shares estimated_shares(double nnz, const Layout& major, const Layout& minor);

}  // namespace spgrad
