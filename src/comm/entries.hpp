// entries.hpp: the entries of a matrix on another pattern: turned (csr <-> csc), cut by other layouts, or those of some
// rows, wherever they live.
//
// All are one gather of width 1 over the entry layout, planned once; indices travel only then. What is turned or relaid
// is kept in the pattern. A derived pattern lives
// as long as the one it was made of and shares its ownership, so there and back again gives the same pointer, and what
// is kept is kept on every rank or on none. Never keep a SparsityPtr of a relative in a pattern's own cache: it would
// keep itself alive.
#pragma once

#include <memory>
#include <vector>

#include "spgrad/value.hpp"
#include "src/comm/star_forest.hpp"

namespace spgrad::comm {

struct EntryMove {
  SparsityPtr pattern;
  /// Roots: the stored entries of the pattern one comes from. Leaves: those of `pattern`, in stored order.
  /// Null if every entry stays where it is, on every rank.
  std::shared_ptr<const StarForest> forest;
};

/// Collective the first time. The pattern of the matrix in the other format. Minors ascend, duplicates stay side by
/// side in stored order, so the order does not depend on the ranks; turned twice, it is `pattern` itself.
EntryMove turned(World& world, const SparsityPtr& pattern);

/// Collective the first time for these layouts. The pattern cut by `major` and `minor`, entries in the same global
/// order.
EntryMove relaid(World& world, const SparsityPtr& pattern, const Layout& major, const Layout& minor);

/// Collective. The matrix whose majors are those of A that `need` names, in that order; any order, repeats allowed;
/// each rank states its own. Cut by the numbers of majors that the ranks need; minors are cut as A's. The order of
/// entries and duplicates are kept. A itself if every rank needs exactly its own majors. Throws Error on every rank if
/// there is no such major.
EntryMove fetched(World& world, const SparsityPtr& A, std::span<const Index> need);

/// Collective the first time. Those majors of A that P's ghosts name, in their order. Kept in P for as long as A lives.
/// A's majors must be cut as P's minors are.
EntryMove ghost_rows(World& world, const SparsityPtr& P, const SparsityPtr& A);

/// How rows of a dense value come to where they are needed: one gather of a row's width.
struct FetchedRows {
  Layout rows;
  std::shared_ptr<const StarForest> forest;  ///< null if every row stays where it is, on every rank
};
/// Collective. As fetched, for the rows along the cut of a dense value.
FetchedRows fetched_rows(World& world, const Value& dense, std::span<const Index> need);

/// Collective. The values of a sparse matrix in their new places, as a matrix of `format`; shares the data if all stay.
Value moved(const EntryMove& move, const Value& sparse, Format format);

/// The global minors of this rank's entries, in stored order.
std::vector<Index> global_minors(const Sparsity& s);
/// Under which a world keeps what it has planned for a pattern.
inline std::uint64_t key_of(const World& world) { return reinterpret_cast<std::uintptr_t>(&world); }
/// Collective. The layout in which this rank has `mine` of the items.
Layout layout_of_counts(World& world, Index mine);

}  // namespace spgrad::comm
