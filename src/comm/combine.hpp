// combine.hpp: the three ways to combine two elements, for every dtype.
#pragma once

#include <string_view>
#include <type_traits>

#include "src/comm/world.hpp"

namespace spgrad::comm {

constexpr std::string_view name(Combine combine) {
  return combine == Combine::sum ? "sum" : combine == Combine::max ? "max" : "min";
}

/// Integers wrap, the sum of bool is "or", NaN wins in max and min: what NumPy does, and the same for any order.
template <class T, Combine kCombine>
constexpr T combined(T a, T b) {
  if constexpr (kCombine == Combine::max)
    return b > a || b != b ? b : a;
  else if constexpr (kCombine == Combine::min)
    return b < a || b != b ? b : a;
  else if constexpr (std::is_same_v<T, bool>)
    return a || b;
  else if constexpr (std::is_integral_v<T>)
    return static_cast<T>(static_cast<std::make_unsigned_t<T>>(a) + static_cast<std::make_unsigned_t<T>>(b));
  else
    return a + b;
}

/// Calls f.template operator()<T, kCombine>(); throws Error for max and min of complex numbers.
template <class F>
void dispatch(DType dtype, Combine combine, F&& f) {
  spgrad::dispatch(dtype, [&]<class T>() {
    if (combine == Combine::sum) return f.template operator()<T, Combine::sum>();
    if constexpr (is_complex_v<T>)
      fail(ErrorKind::data, name(combine), " of ", dtype, ": complex numbers have no order");
    else if (combine == Combine::max)
      f.template operator()<T, Combine::max>();
    else
      f.template operator()<T, Combine::min>();
  });
}

/// Throws Error for max and min of complex numbers.
inline void require_order(DType dtype, Combine combine) {
  dispatch(dtype, combine, []<class T, Combine kCombine>() {});
}

}  // namespace spgrad::comm
