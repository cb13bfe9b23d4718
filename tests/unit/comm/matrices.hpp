// matrices.hpp: random matrices cut in unkind ways, and a serial account of what they hold.
#pragma once

#include <algorithm>
#include <complex>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "spgrad/distribute.hpp"
#include "src/comm/world.hpp"

namespace spgrad::tests {

using Random = std::mt19937;

struct Entry {
  Index i, j;
  std::complex<double> x;
  bool operator==(const Entry&) const = default;
};
inline void PrintTo(const Entry& e, std::ostream* out) { *out << '(' << e.i << ", " << e.j << ", " << e.x << ')'; }

/// Position -> the values stored there, in order.
using Contents = std::map<std::pair<Index, Index>, std::vector<std::complex<double>>>;

inline Contents contents_of(const std::vector<Entry>& entries) {
  Contents out;
  for (const Entry& e : entries) out[{e.i, e.j}].push_back(e.x);
  return out;
}

inline Index below(Random& random, Index n) { return std::uniform_int_distribution<Index>(0, n - 1)(random); }

/// Uneven with empty ranks, everything on the last rank, or even.
inline Layout random_layout(Random& random, Index size, int ranks) {
  const Index kind = below(random, 4);
  if (kind == 0) return Layout::even(size, ranks);
  std::vector<Index> starts(static_cast<std::size_t>(ranks) + 1, 0);
  starts.back() = size;
  if (kind > 1)
    for (int r = 1; r < ranks; ++r) starts[static_cast<std::size_t>(r)] = below(random, size + 1);
  std::ranges::sort(starts);
  return Layout(std::move(starts));
}

/// Entries of a rows x columns matrix in no order, with duplicates and explicit zeros; values are small and mostly
/// distinct.
inline std::vector<Entry> random_entries(Random& random, Index rows, Index columns, int n) {
  std::vector<Entry> out;
  for (int k = 0; k < n && rows * columns > 0; ++k) {
    if (k % 5 == 4)
      out.push_back({out[static_cast<std::size_t>(below(random, k))].i, out.back().j, double(k)});
    else if (k % 7 == 6)
      out.push_back({out.front().i, out.front().j, double(k)});
    else
      out.push_back({below(random, rows), below(random, columns), k % 11 == 10 ? 0.0 : double(k + 1)});
  }
  return out;
}

/// In the order in which a matrix of this format stores them: by major, each major's entries as they come.
inline std::vector<Entry> in_storage_order(std::vector<Entry> entries, Format format) {
  std::ranges::stable_sort(entries, {}, format == Format::csr ? &Entry::i : &Entry::j);
  return entries;
}
/// By major, then minor.
inline std::vector<Entry> in_full_order(std::vector<Entry> entries, Format format) {
  return in_storage_order(in_storage_order(std::move(entries), flipped(format)), format);
}

/// The values as a vector cut so that this rank has them all to itself.
inline Value local_values(World& world, const std::vector<std::complex<double>>& values, DType dtype) {
  std::vector<Index> starts{0};
  for (const Index n : world.gather_each(static_cast<Index>(values.size()))) starts.push_back(starts.back() + n);
  const Value v = Value::dense(DType::complex128, {starts.back()}, 0, Layout(starts), world.rank());
  std::ranges::copy(values, v.data<std::complex<double>>().begin());
  return cast(v, dtype);
}

/// The matrix of these entries (in any order), stored in_storage_order.
inline Value matrix(World& world, Format format, DType dtype, const std::vector<Entry>& entries, const Layout& major,
                    const Layout& minor) {
  std::vector<Index> indptr{0}, minors;
  std::vector<std::complex<double>> values;
  const auto ordered = in_storage_order(entries, format);
  for (Index k = major.begin(world.rank()); k < major.end(world.rank()); ++k) {
    for (const Entry& e : ordered)
      if ((format == Format::csr ? e.i : e.j) == k) {
        minors.push_back(format == Format::csr ? e.j : e.i);
        values.push_back(e.x);
      }
    indptr.push_back(static_cast<Index>(minors.size()));
  }
  const Value out = Value::sparse(dtype, format, make_sparsity(world, major, minor, std::move(indptr), minors));
  std::ranges::copy(local_values(world, values, dtype).bytes(), out.bytes().begin());
  return out;
}

/// All entries of all ranks, in stored order.
inline std::vector<Entry> stored(World& world, const Value& sparse) {
  const Sparsity& s = *sparse.sparsity();
  const Value values = cast(sparse, DType::complex128);
  std::vector<Entry> mine;
  for (Index k = 0; k < s.local_majors(); ++k)
    for (Index p = s.indptr[static_cast<std::size_t>(k)]; p < s.indptr[static_cast<std::size_t>(k) + 1]; ++p) {
      const Index major = s.major.begin(s.rank) + k, minor = s.global_minor(s.indices[static_cast<std::size_t>(p)]);
      const auto x = values.data<std::complex<double>>()[static_cast<std::size_t>(p)];
      mine.push_back(sparse.format() == Format::csr ? Entry{major, minor, x} : Entry{minor, major, x});
    }
  return world.gather_all(std::span<const Entry>(mine));
}

/// As they are after a journey through `dtype`.
inline std::vector<Entry> in_dtype(std::vector<Entry> entries, DType dtype) {
  for (Entry& e : entries)
    e.x = cast(cast(Value::scalar_of(e.x), dtype), DType::complex128).data<std::complex<double>>()[0];
  return entries;
}

/// The message of the Error that work() throws; empty if it throws none.
template <class Work>
std::string complaint(Work&& work) {
  try {
    work();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

}  // namespace spgrad::tests
