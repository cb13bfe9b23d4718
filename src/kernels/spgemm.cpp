#include "src/kernels/spgemm.hpp"

#include <memory>

#include "src/kernels/arithmetic.hpp"
#include "src/kernels/sorted_set.hpp"

namespace spgrad::kernels {
namespace {

template <class T, class F>
void for_majors(const Entries<T>& A, const Poll& poll, F f) {
  for (Index i = 0; i < A.majors(); ++i) {
    f(i);
    if (i % 256 == 255) poll();
  }
}

// Zeros, one for each minor of a row.
template <class T>
std::unique_ptr<T[]> line(Index minors) {
  return std::make_unique<T[]>(static_cast<std::size_t>(minors));
}

template <class T>
void add_product(T& to, T a, T b) {
  to = sum(to, product(a, b));
}

// to[minor] += a times what is stored there
template <class T>
void add_row(T a, const SparseRow<T>& b, T* to) {
  for (Index q = 0; q < b.size; ++q) add_product(to[b.minors[q]], a, b.data[q]);
}

// to += row i of A B
template <class T>
void add_product_row(const Entries<T>& A, Index i, const SparseRows<T>& B, T* to) {
  for (Index p = A.begins[i]; p < A.ends[i]; ++p) add_row(A.data[p], B.row(A.indices[p]), to);
}

template <class T>
T inner(const SparseRow<T>& x, const T* y) {
  T xy{};
  for (Index q = 0; q < x.size; ++q) add_product(xy, x.data[q], y[x.minors[q]]);
  return xy;
}

template <class T>
T sample(const Entries<T>& P, Index p, T xy) {
  return P.data == nullptr ? xy : product(P.data[p], xy);
}

// out[p] = P.data[p] * f(minor) for every entry of major i
template <class T, class F>
void sample_row(const Entries<T>& P, Index i, T* out, F f) {
  for (Index p = P.begins[i]; p < P.ends[i]; ++p) out[p] = sample(P, p, f(P.indices[p]));
}

// A row as a whole line, in which the others' entries find theirs.
template <class T>
void lay_out(const SparseRow<T>& x, T* line) {
  for (Index q = 0; q < x.size; ++q) line[x.minors[q]] = sum(line[x.minors[q]], x.data[q]);
}
template <class T>
void wipe(const SparseRow<T>& x, T* line) {
  for (Index q = 0; q < x.size; ++q) line[x.minors[q]] = T{};
}

// The entries of P by minors: those of minor j are entry[begin[j]] .. , of majors major[begin[j]] ..
struct ByMinors {
  std::vector<Index> begin, entry;
  std::vector<LocalIndex> major;
};
template <class T>
ByMinors by_minors(const Entries<T>& P, Index minors) {
  ByMinors m{std::vector<Index>(static_cast<std::size_t>(minors) + 1), std::vector<Index>(P.indices.size()),
             std::vector<LocalIndex>(P.indices.size())};
  for (const LocalIndex j : P.indices) ++m.begin[j + 1];
  for (Index j = 0; j < minors; ++j) m.begin[j + 1] += m.begin[j];
  std::vector<Index> next = m.begin;
  for (Index i = 0; i < P.majors(); ++i)
    for (Index p = P.begins[i]; p < P.ends[i]; ++p) {
      const Index at = next[P.indices[p]]++;
      m.entry[at] = p;
      m.major[at] = static_cast<LocalIndex>(i);
    }
  return m;
}

// How many entries are read if P's rows are laid out one after another and Y's are walked, or the other way round.
template <class T>
Index walked(const Entries<T>& P, const SparseRows<T>& Y) {
  Index n = 0;
  for (const LocalIndex j : P.indices) n += Y.row(j).size;
  return n;
}
template <class T>
Index walked(const Entries<T>& P, const Entries<T>& X) {
  Index n = 0;
  for (Index i = 0; i < P.majors(); ++i) n += (P.ends[i] - P.begins[i]) * (X.ends[i] - X.begins[i]);
  return n;
}

}  // namespace

ProductPattern spgemm_pattern(const Entries<bool>& A, const SparseRows<bool>& B, Index minors, Poll poll) {
  ProductPattern C;
  C.indptr.reserve(A.begins.size() + 1);
  SortedSet row(minors);
  for_majors(A, poll, [&](Index i) {
    for (Index p = A.begins[i]; p < A.ends[i]; ++p) {
      const SparseRow<bool> b = B.row(A.indices[p]);
      for (Index q = 0; q < b.size; ++q) row.insert(b.minors[q]);
    }
    row.drain([&](Index l) { C.minors.push_back(static_cast<LocalIndex>(l)); });
    C.indptr.push_back(static_cast<Index>(C.minors.size()));
  });
  return C;
}

template <class T>
void spgemm(const Entries<T>& A, const SparseRows<T>& B, const Entries<T>& C, Index minors, T* out, Poll poll) {
  const auto row = line<T>(minors);
  for_majors(A, poll, [&](Index i) {
    add_product_row(A, i, B, row.get());
    for (Index p = C.begins[i]; p < C.ends[i]; ++p) out[p] = std::exchange(row[C.indices[p]], T{});
  });
}

template <class T>
void spgemm_dense(const Entries<T>& A, const SparseRows<T>& B, const Rows<T>& out, Poll poll) {
  for_majors(A, poll, [&](Index i) { add_product_row(A, i, B, out.row(i)); });
}

template <class T>
void spgemm_sampled(const Entries<T>& P, const Entries<T>& A, const SparseRows<T>& B, Index minors, T* out, Poll poll) {
  const auto row = line<T>(minors);
  std::vector<Index> wanted_by(static_cast<std::size_t>(minors), -1);
  for_majors(P, poll, [&](Index i) {
    for (Index p = P.begins[i]; p < P.ends[i]; ++p) {
      wanted_by[P.indices[p]] = i;
      row[P.indices[p]] = T{};
    }
    for (Index q = A.begins[i]; q < A.ends[i]; ++q) {
      const SparseRow<T> b = B.row(A.indices[q]);
      for (Index r = 0; r < b.size; ++r)
        if (wanted_by[b.minors[r]] == i) add_product(row[b.minors[r]], A.data[q], b.data[r]);
    }
    sample_row(P, i, out, [&](LocalIndex j) { return row[j]; });
  });
}

template <class T>
void sddmm(const Entries<T>& P, const Entries<T>& X, const SparseRows<T>& Y, Index columns, T* out, Poll poll) {
  const auto laid = line<T>(columns);
  const SparseRows<T> rows{X, {}};
  if (walked(P, Y) <= walked(P, X)) {
    for_majors(P, poll, [&](Index i) {
      lay_out(rows.row(i), laid.get());
      sample_row(P, i, out, [&](LocalIndex j) { return inner<T>(Y.row(j), laid.get()); });
      wipe(rows.row(i), laid.get());
    });
    return;
  }
  const Index minors = Y.own.majors() + Y.ghost.majors();
  const ByMinors m = by_minors(P, minors);
  for (Index j = 0; j < minors; ++j) {
    if (m.begin[j] == m.begin[j + 1]) continue;
    lay_out(Y.row(j), laid.get());
    for (Index k = m.begin[j]; k < m.begin[j + 1]; ++k)
      out[m.entry[k]] = sample(P, m.entry[k], inner<T>(rows.row(m.major[k]), laid.get()));
    wipe(Y.row(j), laid.get());
    poll();
  }
}

template <class T>
void sddmm(const Entries<T>& P, const Rows<const T>& X, const SparseRows<T>& Y, T* out, Poll poll) {
  for_majors(P, poll,
             [&](Index i) { sample_row(P, i, out, [&](LocalIndex j) { return inner<T>(Y.row(j), X.row(i)); }); });
}

template <class T>
void sddmm(const Entries<T>& P, const Entries<T>& X, const Rows<const T>& Y, T* out, Poll poll) {
  const SparseRows<T> rows{X, {}};
  for_majors(P, poll, [&](Index i) {
    sample_row(P, i, out, [&, x = rows.row(i)](LocalIndex j) { return inner<T>(x, Y.row(j)); });
  });
}

#define SPGRAD_INSTANTIATE(T)                                                                                \
  template void spgemm_sampled(const Entries<T>&, const Entries<T>&, const SparseRows<T>&, Index, T*, Poll); \
  template void spgemm(const Entries<T>&, const SparseRows<T>&, const Entries<T>&, Index, T*, Poll);         \
  template void spgemm_dense(const Entries<T>&, const SparseRows<T>&, const Rows<T>&, Poll);                 \
  template void sddmm(const Entries<T>&, const Entries<T>&, const SparseRows<T>&, Index, T*, Poll);          \
  template void sddmm(const Entries<T>&, const Rows<const T>&, const SparseRows<T>&, T*, Poll);              \
  template void sddmm(const Entries<T>&, const Entries<T>&, const Rows<const T>&, T*, Poll);
SPGRAD_EVERY_DTYPE(SPGRAD_INSTANTIATE)
#undef SPGRAD_INSTANTIATE

}  // namespace spgrad::kernels
