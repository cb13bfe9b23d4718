// reductions.hpp: sums and maxima over the rows and columns of a block.
#pragma once

#include <algorithm>
#include <limits>
#include <optional>

#include "src/kernels/arithmetic.hpp"
#include "src/ops/common.hpp"

namespace spgrad {

struct Sum {
  template <class T>
  static constexpr T identity = T(0);
  template <class T>
  static constexpr T of(T a, T b) {
    return kernels::sum(a, b);
  }
};

/// NaN wins.
struct Largest {
  static constexpr std::string_view kWord = "largest";
  static constexpr Rows::Combine kCombine = Rows::kMax;
  template <class T>
  static constexpr T identity = std::is_floating_point_v<T> ? -std::numeric_limits<T>::infinity()
                                                            : std::numeric_limits<T>::lowest();
  template <class T>
  requires(!is_complex_v<T>) static constexpr T of(T a, T b) { return b > a || b != b ? b : a; }
};
struct Smallest {
  static constexpr std::string_view kWord = "smallest";
  static constexpr Rows::Combine kCombine = Rows::kMin;
  template <class T>
  static constexpr T identity = std::is_floating_point_v<T> ? std::numeric_limits<T>::infinity()
                                                            : std::numeric_limits<T>::max();
  template <class T>
  requires(!is_complex_v<T>) static constexpr T of(T a, T b) { return b < a || b != b ? b : a; }
};

/// All of x[0 .. n - 1], by halves: the rounding error grows with log n.
template <class Op, class T>
T reduce(const T* x, Index n) {
  if (n > 1024) return Op::of(reduce<Op>(x, n / 2), reduce<Op>(x + n / 2, n - n / 2));
  constexpr Index kLanes = 8;
  T part[kLanes];
  std::fill_n(part, kLanes, Op::template identity<T>);
  Index i = 0;
  for (; i + kLanes <= n; i += kLanes)
    for (Index l = 0; l < kLanes; ++l) part[l] = Op::of(part[l], x[i + l]);
  for (; i < n; ++i) part[i % kLanes] = Op::of(part[i % kLanes], x[i]);
  for (Index half = kLanes / 2; half > 0; half /= 2)
    for (Index l = 0; l < half; ++l) part[l] = Op::of(part[l], part[l + half]);
  return part[0];
}

/// A block of rows, reduced along its slow axis (over all rows), its fast one (over each row) or both. Of no elements:
/// the identity.
template <class Op, class T>
void reduce_block(const T* x, Index rows, Index cols, bool over_slow, bool over_fast, T* out) {
  if (over_slow && over_fast) {
    *out = reduce<Op>(x, rows * cols);
  } else if (over_fast) {
    for (Index i = 0; i < rows; ++i) out[i] = reduce<Op>(x + i * cols, cols);
  } else if (over_slow) {
    std::fill_n(out, cols, Op::template identity<T>);
    for (Index i = 0; i < rows; ++i, x += cols) {
#pragma GCC ivdep
      for (Index j = 0; j < cols; ++j) out[j] = Op::of(out[j], x[j]);
    }
  } else {
    std::copy_n(x, rows * cols, out);
  }
}

/// The attribute "axis", if there is one.
std::optional<int> axis_of(const Node& n);
/// What "axis" is set to for a reduction: a vector has but one axis, and needs no attribute.
Attrs reduction_attrs(const Var& x, std::optional<int> axis);
/// v, reduced along an axis of x, with that axis back as one of size 1, so that it broadcasts against x.
Var expanded(const Var& v, const Var& x, std::optional<int> axis);
/// The largest element of x along the axis, but finite: by which exponents are shifted. A constant for derivatives.
Var shift_of(const Var& x, std::optional<int> axis);

}  // namespace spgrad
