// sparsity.hpp: the immutable pattern of one distributed sparse matrix.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <typeindex>
#include <vector>

#include "spgrad/dtype.hpp"
#include "spgrad/layout.hpp"

namespace spgrad {

/// An immutable array that is shared, or lent by a host program.
template <class T>
class Array {
 public:
  Array() = default;
  Array(std::vector<T> values) : Array(std::make_shared<const std::vector<T>>(std::move(values))) {}
  /// Memory of the host program, not copied; `owner` is kept for as long as the array is used (may be null).
  Array(std::span<const T> lent, std::shared_ptr<const void> owner) : owner_(std::move(owner)), values_(lent) {}

  std::size_t size() const { return values_.size(); }
  const T& operator[](std::size_t i) const { return values_[i]; }
  const T* data() const { return values_.data(); }
  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }
  operator std::span<const T>() const { return values_; }

 private:
  explicit Array(std::shared_ptr<const std::vector<T>> values) : owner_(values), values_(*values) {}
  std::shared_ptr<const void> owner_;
  std::span<const T> values_;
};

/// What is derived from a pattern once and kept with it: star forests, the transposed index, the turned pattern.
class PatternCache {
 public:
  /// The T kept under `key`, made by make() the first time. Not thread-safe: a pattern belongs to one rank.
  template <class T, class Make>
  std::shared_ptr<const T> get(std::uint64_t key, Make&& make) {
    auto& slot = slots_[{std::type_index(typeid(T)), key}];
    if (!slot) slot = std::shared_ptr<const void>(std::shared_ptr<const T>(make()));
    return std::static_pointer_cast<const T>(slot);
  }

 private:
  std::map<std::pair<std::type_index, std::uint64_t>, std::shared_ptr<const void>> slots_;
};

/// One rank's part of a pattern, in the words major and minor: csr reads major as rows, csc as columns, so a matrix and
/// its transpose share one Sparsity. Same pointer, same pattern. Unsorted minors, duplicates and explicit zeros are
/// legal.
///
/// Local minors are compacted: 0 .. own - 1 are the minor indices that this rank owns in the layout `minor`, the rest
/// number the ghosts, global minor indices that live elsewhere, ascending.
struct Sparsity {
  Layout major, minor;
  int rank = 0;
  Array<Index> indptr;        ///< local majors + 1 offsets, the first 0
  Array<LocalIndex> indices;  ///< compacted minors of the stored entries
  Array<Index> ghosts;        ///< global minor indices, ascending, none owned by this rank

  // Agreed by all ranks:
  Layout entries;                 ///< how the stored entries, numbered through the ranks, are cut
  Index ghost_rows = 0;           ///< ghosts, summed over the ranks
  bool sorted = true;             ///< minors ascend (not strictly) in every major
  bool unique = true;             ///< no position is stored twice
  std::uint64_t fingerprint = 0;  ///< of sizes, layouts and all global indices; equal patterns have equal ones

  mutable PatternCache cache;

  Index nnz() const { return entries.size(); }  ///< stored entries on all ranks
  Index local_nnz() const { return static_cast<Index>(indices.size()); }
  Index local_majors() const { return major.count(rank); }
  Index own_minors() const { return minor.count(rank); }
  Index local_minors() const { return own_minors() + static_cast<Index>(ghosts.size()); }
  /// The global number of a compacted minor.
  Index global_minor(LocalIndex i) const {
    return i < own_minors() ? minor.begin(rank) + i : ghosts[static_cast<std::size_t>(i - own_minors())];
  }
};
using SparsityPtr = std::shared_ptr<const Sparsity>;

/// Compacts global minor indices against a layout: fills indices and ghosts of `s` (whose minor and rank are set).
/// Throws Error that names the first index out of 0 .. minor.size() - 1.
void compact(Sparsity& s, std::span<const Index> global_minors);

}  // namespace spgrad
