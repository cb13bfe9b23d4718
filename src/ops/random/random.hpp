// random.hpp: which numbers a random op draws. They depend on the attribute seed, on the operand draw, on the kind of
// op and on an element's global position: not on ranks, layouts or the format.
#pragma once

#include <algorithm>

#include "src/kernels/samplers.hpp"
#include "src/ops/common.hpp"

namespace spgrad {

/// Numbers of kinds of ops; each draws its own.
enum class Random : std::uint32_t { dropout = 1, poisson, binomial, multinomial };

inline kernels::Draw draw_of(const Node& n, const Value& draw, Random kind) {
  return {static_cast<std::uint64_t>(n.attr<Index>("seed")),
          static_cast<std::uint64_t>(cast(draw, DType::int64).data<Index>()[0]), static_cast<std::uint32_t>(kind)};
}

/// Throws Error unless input k is an integer scalar.
inline void require_draw(const Node& n, std::size_t k) {
  const Type& draw = n.in[k]->type;
  require(draw.ndim() == 0 && is_integer(draw.dtype), "draw must be an integer scalar, not ", draw);
}

inline kernels::Cell cell(Index i, Index j, Index occurrence = 0) {
  return {static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(j), static_cast<std::uint32_t>(occurrence)};
}

/// The entries of a major by minor, those of one position as stored: an order that does not depend on that of storage.
std::vector<Index> by_minor(const Sparsity& s, Index major);

/// For every stored entry, how many of its position are stored before it. Empty if each position is stored once.
struct Occurrences {
  std::vector<Index> before;
  Index of(Index p) const { return before.empty() ? 0 : before[p]; }
};
std::shared_ptr<const Occurrences> occurrences(const Sparsity& s);  ///< found once for a pattern

/// f(p, cell) for every stored entry p on this rank.
template <class F>
void for_cells(const Value& A, F f) {
  const Sparsity& s = *A.sparsity();
  const auto occurrence = occurrences(s);
  const Index first = s.major.begin(s.rank);
  for (Index k = 0; k < s.local_majors(); ++k)
    for (Index p = s.indptr[k]; p < s.indptr[k + 1]; ++p) {
      const Index major = first + k, minor = s.global_minor(s.indices[p]);
      const bool csr = A.format() == Format::csr;
      f(p, cell(csr ? major : minor, csr ? minor : major, occurrence->of(p)));
    }
}

}  // namespace spgrad
