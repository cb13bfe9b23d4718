// Sparse rows that live elsewhere: which entries they are is found out once, then their values travel alone.
#include <algorithm>
#include <numeric>

#include "spgrad/distribute.hpp"
#include "src/comm/entries.hpp"

namespace spgrad::comm {
namespace {

// Where a major's entries begin, numbered through the ranks, and how many there are.
struct Run {
  Index first, count;
};

// root[row] for every leaf.
template <class T>
std::vector<T> gathered(const std::shared_ptr<const StarForest>& forest, const std::vector<T>& roots) {
  std::vector<T> leaves(static_cast<std::size_t>(forest->leaves()));
  Transfer transfer(forest);
  transfer.begin_gather(sizeof(T), std::as_bytes(std::span(roots)), std::as_writable_bytes(std::span(leaves)));
  transfer.end_gather();
  return leaves;
}

std::vector<Run> runs_of(const Sparsity& s) {
  std::vector<Run> runs;
  for (Index k = 0; k < s.local_majors(); ++k)
    runs.push_back({s.entries.begin(s.rank) + s.indptr[k], s.indptr[k + 1] - s.indptr[k]});
  return runs;
}

bool is_own_range(const Layout& layout, int rank, std::span<const Index> need) {
  if (static_cast<Index>(need.size()) != layout.count(rank)) return false;
  for (std::size_t r = 0; r < need.size(); ++r)
    if (need[r] != layout.begin(rank) + static_cast<Index>(r)) return false;
  return true;
}

// What a pattern P keeps of the rows that its ghosts name. A's come and go; what was kept for one that is gone goes
// when the next is looked for, on all ranks alike.
struct GhostRows {
  struct Kept {
    std::weak_ptr<const Sparsity> A;
    EntryMove rows;
  };
  mutable std::vector<Kept> kept;
};

EntryMove rows_of(World& world, const SparsityPtr& A, std::span<const Index> need) {
  const auto rows = std::make_shared<StarForest>(world, A->major, need);
  std::vector<Index> indptr{0}, wanted;
  for (const Run& run : gathered(rows, runs_of(*A))) {
    indptr.push_back(indptr.back() + run.count);
    for (Index p = 0; p < run.count; ++p) wanted.push_back(run.first + p);
  }
  const auto entries = std::make_shared<StarForest>(world, A->entries, wanted);
  const auto minors = gathered(entries, global_minors(*A));
  const Layout major = layout_of_counts(world, static_cast<Index>(need.size()));
  return {make_sparsity(world, major, A->minor, std::move(indptr), minors), entries};
}

}  // namespace

EntryMove fetched(World& world, const SparsityPtr& A, std::span<const Index> need) {
  if (!world.any(!is_own_range(A->major, world.rank(), need))) return {A, nullptr};
  return rows_of(world, A, need);
}

EntryMove ghost_rows(World& world, const SparsityPtr& P, const SparsityPtr& A) {
  require(P->minor == A->major, "rows that are cut otherwise than the minor indices that name them");
  auto& kept = P->cache.get<GhostRows>(key_of(world), [] { return std::make_shared<GhostRows>(); })->kept;
  const auto found = std::ranges::find_if(kept, [&](const GhostRows::Kept& k) { return k.A.lock() == A; });
  if (found != kept.end()) return found->rows;
  std::erase_if(kept, [](const GhostRows::Kept& k) { return k.A.expired(); });
  kept.push_back({A, rows_of(world, A, P->ghosts)});
  return kept.back().rows;
}

FetchedRows fetched_rows(World& world, const Value& dense, std::span<const Index> need) {
  require(dense.cut() != kWhole, "the rows of ", dense, " are on every rank");
  const Layout rows = layout_of_counts(world, static_cast<Index>(need.size()));
  if (!world.any(!is_own_range(dense.layout(), world.rank(), need))) return {rows, nullptr};
  return {rows, std::make_shared<StarForest>(world, dense.layout(), need)};
}

}  // namespace spgrad::comm
