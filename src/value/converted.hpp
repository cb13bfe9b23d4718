// converted.hpp: an element as one of another dtype.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "spgrad/dtype.hpp"

namespace spgrad {

/// Of a complex x the real part, where To is real. A float is cut towards zero; as an integer it is taken modulo 2^bits
/// where it is too large, and NaN and what 64 bits do not hold as if they were -2^63: C++ leaves all that open, so that
/// it would depend on how a loop is compiled, and where in it an element stands.
template <class To, class From>
To converted(From x) {
  if constexpr (is_complex_v<From> && !is_complex_v<To>) {
    return converted<To>(x.real());
  } else if constexpr (is_complex_v<To> && !is_complex_v<From>) {
    return To(static_cast<typename To::value_type>(x));
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To> && !std::is_same_v<To, bool>) {
    constexpr From kEnd = 0x1p63;
    if constexpr (std::is_same_v<To, std::uint64_t>)
      if (x >= kEnd && x < 2 * kEnd) return static_cast<To>(x);
    return static_cast<To>(x >= -kEnd && x < kEnd ? static_cast<std::int64_t>(x)
                                                  : std::numeric_limits<std::int64_t>::min());
  } else {
    return static_cast<To>(x);
  }
}

}  // namespace spgrad
