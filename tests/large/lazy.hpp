// lazy.hpp: matrices that nobody has whole. Every element follows from its position, so a rank makes its own part of an
// input, and recomputes any element of a result, without the others.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "spgrad/value.hpp"

namespace spgrad::large {

using Indices = std::vector<Index>;

struct Lazy {
  Shape shape;
  std::function<double(Index i, Index j)> at;  ///< of a vector: (i, 0); of a scalar: (0, 0)
  std::function<Indices(Index i)> row{};       ///< where a sparse one may store entries in a row; a dense one has none
  std::function<Indices(Index j)> column{};    ///< likewise in a column

  bool sparse() const { return static_cast<bool>(row); }
  Index rows() const { return shape.ndim() > 0 ? shape[0] : 1; }
  Index columns() const { return shape.ndim() > 1 ? shape[1] : 1; }
};

/// Where the entries of a generated matrix lie.
enum class Pattern : std::uint8_t {
  scattered,  ///< n x n, 11 a row: 9 about the diagonal, one anywhere, one in the first columns (64 a column more)
  banded,     ///< n x n, 11 a row about the diagonal
  few,        ///< n x n, 3 a row: two about the diagonal, one anywhere
  thin        ///< n x 12, all but one of a row
};
inline constexpr Index kThin = 12;

/// either_sign: 0.25 to 0.89 in modulus; positive: without sign; wide: 0 to 10^6, no two near each other. The first two
/// stay away from 0.5 and from those of the next input, so that a step of a difference passes no kink.
enum class Range : std::uint8_t { either_sign, positive, wide };

double element(std::uint64_t seed, Range range, Index i, Index j);
std::uint64_t mixed(std::uint64_t x);  ///< splitmix64

Lazy sparse(Pattern pattern, Index n, std::uint64_t seed, Range range);
Lazy dense(Shape shape, std::uint64_t seed, Range range);

// Results, by formula.
template <class F>
Lazy dense_of(Shape shape, F at) {
  return {shape, at};
}
/// f(i, j) where A may store entries.
template <class F>
Lazy on(const Lazy& A, F at) {
  return {A.shape, at, A.row, A.column};
}
/// f of every element or stored entry.
template <class F>
Lazy map(const Lazy& x, F f) {
  return {x.shape, [at = x.at, f](Index i, Index j) { return f(at(i, j)); }, x.row, x.column};
}
Lazy transposed(const Lazy& A);
Lazy united(const Lazy& A, const Lazy& B, std::function<double(double, double)> f);  ///< f where A or B stores
Lazy product(const Lazy& A, const Lazy& B);                                          ///< A sparse, or B
/// Rows and columns of x by number: x(i(k), j(l)). The numbers go back by `row_of` and `column_of`, negative for none.
struct Numbers {
  Index count;
  std::function<Index(Index)> from, back;
};
Numbers every(Index n);
Indices up_to(Index n);  ///< 0 .. n - 1
Numbers stepping(Index start, Index step, Index count);
Lazy part(const Lazy& x, const Numbers& rows, const Numbers& columns);
/// x at these rows and columns of zeros: the transpose of part.
Lazy placed(const Lazy& x, const Shape& shape, const Numbers& rows, const Numbers& columns);

}  // namespace spgrad::large
