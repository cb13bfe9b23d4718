// own_runs.hpp: products in two halves: of what a rank has, while what it has not travels.
#pragma once

#include "src/kernels/views.hpp"

namespace spgrad {

/// Of a sorted pattern: entries of major i whose minors are this rank's own are begins[i] .. ends[i] - 1; those of
/// ranks before it stand in front of them, those of ranks behind it follow.
struct OwnRuns {
  std::vector<Index> begins, ends;
  Index own = 0;  ///< entries
};

/// Kept with the pattern. Null where halves do not pay: few entries are own or all are, or the pattern is not sorted.
const OwnRuns* own_runs(const Sparsity& sparsity);

/// Calls f with the entries of own minors.
template <class T, class F>
void with_own(const kernels::Entries<T>& A, const OwnRuns& runs, F f) {
  f(kernels::Entries<T>(runs.begins, runs.ends, A.indices, A.data));
}
/// Calls f with those of ghost minors, twice.
template <class T, class F>
void with_ghosts(const kernels::Entries<T>& A, const OwnRuns& runs, F f) {
  f(kernels::Entries<T>(A.begins, runs.begins, A.indices, A.data));
  f(kernels::Entries<T>(runs.ends, A.ends, A.indices, A.data));
}

}  // namespace spgrad
