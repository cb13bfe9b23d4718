// comparisons.hpp: the six relations, of two numbers of one dtype; order has no meaning for complex ones.
#pragma once

#include <concepts>

#include "src/ops/elements/slopes.hpp"

namespace spgrad {

struct Equal {
  static constexpr DTypes kAccepts = kAnyDType;
  template <class T>
  bool operator()(T a, T b) const {
    return a == b;
  }
};
struct NotEqual {
  static constexpr DTypes kAccepts = kAnyDType;
  template <class T>
  bool operator()(T a, T b) const {
    return a != b;
  }
};
struct Less {
  static constexpr DTypes kAccepts = kOrdered;
  template <class T>
  requires(!is_complex_v<T>) bool operator()(T a, T b) const { return a < b; }
};
struct LessOrEqual {
  static constexpr DTypes kAccepts = kOrdered;
  template <class T>
  requires(!is_complex_v<T>) bool operator()(T a, T b) const { return a <= b; }
};
template <class F>
struct Swapped {
  static constexpr DTypes kAccepts = F::kAccepts;
  template <class T>
  requires std::is_invocable_v<F, T, T>
  bool operator()(T a, T b) const { return F{}(b, a); }
};
using Greater = Swapped<Less>;
using GreaterOrEqual = Swapped<LessOrEqual>;

}  // namespace spgrad
