// distribute.hpp: distributed sparse matrices from what a program has, and from one form into another.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "spgrad/value.hpp"

namespace spgrad {

namespace comm {
class World;
}
using World = comm::World;

/// How to cut the major dimension of a new matrix: in equal ranges, or in ranges of about equal numbers of entries.
enum class Balance : std::uint8_t { even, nnz };

/// Where a new matrix shall live. What is left out is chosen: major by `balance`, minor evenly.
struct Cut {
  Balance balance = Balance::even;
  std::optional<Layout> major{}, minor{};
};

/// Collective. The pattern of a matrix cut along its major dimension by `major`. This rank passes the offsets of its
/// own majors (local majors + 1, the first 0) and the global minor indices of its entries, kept in that order. Every
/// rank throws Error if any passes a broken indptr or an index out of range.
SparsityPtr make_sparsity(World& world, const Layout& major, const Layout& minor, Array<Index> indptr,
                          std::span<const Index> minors);

/// Collective. Like make_sparsity for a program that has compacted indices already (own minors first, then `ghosts`,
/// ascending): nothing is copied.
SparsityPtr adopt_sparsity(World& world, const Layout& major, const Layout& minor, Array<Index> indptr,
                           Array<LocalIndex> indices, Array<Index> ghosts);

/// A matrix on a pattern with the host program's own data (local_nnz() elements), not copied. Sends nothing.
template <class T>
Value adopt(Format format, SparsityPtr sparsity, std::span<T> data, std::shared_ptr<const void> owner = nullptr) {
  Value v = Value::sparse(dtype_of<T>(), format, std::move(sparsity));
  return v.with_data(Buffer::adopt(data.data(), data.size_bytes(), std::move(owner)));
}

enum class Duplicates : std::uint8_t { sum, keep };

/// Collective. A matrix from entries (i, j, x) that lie on any rank, in any order; `data` is a dense vector value whose
/// local part holds the x of this rank's entries (wholly local, any dtype). Entries of one position are summed in the
/// order of ranks, then storage; or kept side by side. Minors come out ascending.
Value from_coo(World& world, Format format, const Shape& shape, std::span<const Index> i, std::span<const Index> j,
               const Value& data, Duplicates duplicates = Duplicates::sum, const Cut& cut = {});

/// Collective. The same matrix cut by other layouts (major, minor); order and duplicates are kept.
Value relayout(World& world, const Value& sparse, const Layout& major, const Layout& minor);

/// Collective. The same matrix in another format: csr <-> csc through one exchange (cached in the Sparsity, so a second
/// call moves values only), dense <-> sparse along the same cut; dense to sparse drops exact zeros. Minors come out
/// ascending; duplicates are kept by csr <-> csc and summed by sparse -> dense.
Value convert(World& world, const Value& value, Format format);

/// Collective. A dense value or sparse matrix gathered on every rank: for tests and small results only. Dense: whole.
/// Sparse: the same format with every entry on this rank, its Sparsity cut for a world of one rank (layouts
/// Layout::even(n, 1), rank 0), so it cannot meet values of `world` in one expression.
Value gather_all(World& world, const Value& value);

/// Collective. The rows of a matrix or dense value cut by rows that `keep` (one flag per local row) names, in order,
/// on the ranks where they are.
Value take_rows(World& world, const Value& value, std::span<const bool> keep);

/// Collective. A bool vector cut by `rows` that is true for exactly `count` of them (all if there are fewer), chosen by
/// a hash (splitmix64) of the global row number and the seed: the same rows for any number of ranks and any layout.
Value sample_rows(World& world, const Layout& rows, Index count, std::uint64_t seed = 0);

/// What a look at a matrix or dense array tells, over all ranks. Lengths are entries per major (csr: row); of a dense
/// array they and `explicit_zeros` (entries whose value is 0) refer to its elements. NaN is counted, not compared.
struct Statistics {
  Index stored = 0, explicit_zeros = 0, nan = 0;
  double min = 0, max = 0, mean = 0;  ///< of the values (complex: of their moduli), NaN left out; 0 if there are none
  Index shortest = 0, longest = 0, empty = 0;  ///< majors
  double mean_length = 0;
};
/// Collective.
Statistics statistics(World& world, const Value& value);

}  // namespace spgrad
