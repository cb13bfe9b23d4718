// rules.hpp: what the oracle's rules are written with, in the files of tests/ops/table.
#pragma once

#include <algorithm>
#include <functional>

#include "tests/ops/oracle.hpp"

namespace spgrad::tests {

using In = std::vector<Whole>;
using Rule = std::function<Whole(const Node&, const In&)>;  ///< an op's result for these inputs

// As inputs are promoted before an op sees them: entries of one position are not summed in a narrow dtype.
inline Whole wide(const Whole& x) { return densified(in_dtype(x, DType::complex128)); }

// f of every element, or stored entry.
template <class F>
Rule elements(F f) {
  return [f](const Node&, const In& in) {
    Whole out = in[0];
    std::ranges::transform(out.x, out.x.begin(), f);
    return out;
  };
}

inline Shape broadcast(const Shape& a, const Shape& b) {
  Shape out = a.ndim() >= b.ndim() ? a : b;
  const Shape& small = a.ndim() >= b.ndim() ? b : a;
  for (int axis = 0; axis < small.ndim(); ++axis) {
    Index& size = out[axis + out.ndim() - small.ndim()];
    if (size == 1) size = small[axis];
  }
  return out;
}

// out[i, j] = f(i, j)
template <class F>
Whole made(const Shape& shape, F f) {
  Whole out = dense_zeros(DType::complex128, shape);
  for (Index i = 0; i < out.rows(); ++i)
    for (Index j = 0; j < out.columns(); ++j) out.x[static_cast<std::size_t>(i * out.columns() + j)] = f(i, j);
  return out;
}

template <class F>
Rule pairs(F f) {
  return [f](const Node&, const In& in) {
    const Whole x = wide(in[0]), y = wide(in[1]);
    return made(broadcast(x.type.shape, y.type.shape), [&](Index i, Index j) { return f(x(i, j), y(i, j)); });
  };
}

// f of the elements along the axis, of all without one.
template <class F>
Rule reduced(F f) {
  return [f](const Node& n, const In& in) {
    const Whole x = wide(in[0]);
    if (!n.has("axis") || x.type.ndim() < 2) return made({}, [&](Index, Index) { return f(x.x); });
    const bool rows = n.attr<Index>("axis") == 1;  // one result a row
    return made({rows ? x.rows() : x.columns()}, [&](Index, Index k) {
      std::vector<Complex> line;
      for (Index l = 0; l < (rows ? x.columns() : x.rows()); ++l) line.push_back(rows ? x(k, l) : x(l, k));
      return f(line);
    });
  };
}

inline Complex total(const std::vector<Complex>& x) {
  Complex sum = 0;
  for (const Complex& element : x) sum += element;
  return sum;
}

// The stored entries, each changed by f(value, i, j).
template <class F>
Whole entries(Whole A, F f) {
  for (std::size_t p = 0; p < A.x.size(); ++p) A.x[p] = f(A.x[p], A.i(p), A.j(p));
  return A;
}

template <class F>
Rule entry_pairs(F f) {
  return [f](const Node&, const In& in) {
    require(in[0].same_pattern(in[1]), "two patterns where one was meant");
    Whole out = in[0];
    for (std::size_t p = 0; p < out.x.size(); ++p) out.x[p] = f(in[0].x[p], in[1].x[p]);
    return out;
  };
}

inline Complex one(Complex) { return 1.0; }
inline Complex itself(Complex x) { return x; }
inline Complex plus(Complex a, Complex b) { return a + b; }
inline Complex minus(Complex a, Complex b) { return a - b; }
inline Complex times(Complex a, Complex b) { return a * b; }

}  // namespace spgrad::tests
