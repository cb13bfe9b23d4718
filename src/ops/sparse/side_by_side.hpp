// side_by_side.hpp: two patterns that are cut alike, position by position.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include "src/kernels/arithmetic.hpp"
#include "src/ops/common.hpp"

namespace spgrad {

/// Of an op of two sparse operands of one shape: the promoted dtype, in the format of the first.
Type infer_side_by_side(const Node& n);
/// Both by own majors of the first one's format, as the result.
Spreads spread_side_by_side(const Node& n);

class SideBySide {
 public:
  struct Entry {
    Index minor, p;  ///< the global minor of stored entry p
  };
  using Entries = std::span<const Entry>;

  SideBySide(const Sparsity& A, const Sparsity& B) : A_(A), B_(B) {
    require(A.major == B.major, "A and B are cut differently");
  }

  /// f(minor, of_A, of_B) for every position of this rank's major i at which A or B store something, ascending: the
  /// Entries that each stores there, in stored order.
  template <class F>
  void for_positions(Index i, F f) {
    Entries a = sorted(A_, i, a_), b = sorted(B_, i, b_);
    while (!a.empty() || !b.empty()) {
      const Index minor = a.empty() ? b[0].minor : b.empty() ? a[0].minor : std::min(a[0].minor, b[0].minor);
      const Entries of_A = taken(a, minor), of_B = taken(b, minor);
      f(minor, of_A, of_B);
    }
  }

 private:
  static Entries sorted(const Sparsity& s, Index i, std::vector<Entry>& line) {
    line.clear();
    for (Index p = s.indptr[i]; p < s.indptr[i + 1]; ++p) line.push_back({s.global_minor(s.indices[p]), p});
    if (!s.sorted) std::ranges::stable_sort(line, {}, &Entry::minor);
    return line;
  }
  static Entries taken(Entries& line, Index minor) {
    std::size_t n = 0;
    while (n < line.size() && line[n].minor == minor) ++n;
    const Entries first = line.first(n);
    line = line.subspan(n);
    return first;
  }

  const Sparsity &A_, &B_;
  std::vector<Entry> a_, b_;
};

/// The entry of a merged result to which each entry of A and of B belongs; kNowhere where there is none.
struct EntryMaps {
  static constexpr Index kNowhere = -1;
  std::vector<Index> A, B;

  EntryMaps(const Sparsity& a, const Sparsity& b) : A(a.indices.size(), kNowhere), B(b.indices.size(), kNowhere) {}
  void set(SideBySide::Entries of_A, SideBySide::Entries of_B, Index to) {
    for (const auto& entry : of_A) A[static_cast<std::size_t>(entry.p)] = to;
    for (const auto& entry : of_B) B[static_cast<std::size_t>(entry.p)] = to;
  }
};

/// The pattern of the positions for which keep(of_A, of_B) holds, each once; beside it the EntryMaps.
template <class Keep>
Inspection merged(InspectContext& c, const Sparsity& A, const Sparsity& B, Keep keep) {
  const auto maps = std::make_shared<EntryMaps>(A, B);
  std::vector<Index> indptr{0}, minors;
  SideBySide both(A, B);
  for (Index i = 0; i < A.local_majors(); ++i) {
    both.for_positions(i, [&](Index minor, SideBySide::Entries of_A, SideBySide::Entries of_B) {
      if (!keep(of_A, of_B)) return;
      maps->set(of_A, of_B, static_cast<Index>(minors.size()));
      minors.push_back(minor);
    });
    indptr.push_back(static_cast<Index>(minors.size()));
  }
  return {c.make(A.major, A.minor, std::move(indptr), minors), maps};
}

/// out[map[p]] += data[p], for the entries that belong somewhere.
template <class T>
void add_mapped(std::span<const T> data, std::span<const Index> map, T* out) {
  for (std::size_t p = 0; p < data.size(); ++p)
    if (map[p] != EntryMaps::kNowhere) out[map[p]] = kernels::sum(out[map[p]], data[p]);
}

}  // namespace spgrad
