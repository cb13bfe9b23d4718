// entries.hpp: the same matrix on another pattern: turned (csr <-> csc) or cut by other layouts.
//
// Both are one gather of width 1 over the entry layout, planned once and kept in the pattern. A derived pattern lives
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

/// Collective. The values of a sparse matrix in their new places, as a matrix of `format`; shares the data if all stay.
Value moved(const EntryMove& move, const Value& sparse, Format format);

/// The global minors of this rank's entries, in stored order.
std::vector<Index> global_minors(const Sparsity& s);
/// Under which a world keeps what it has planned for a pattern.
inline std::uint64_t key_of(const World& world) { return reinterpret_cast<std::uintptr_t>(&world); }
/// Collective. The layout in which this rank has `mine` of the items.
Layout layout_of_counts(World& world, Index mine);

}  // namespace spgrad::comm
