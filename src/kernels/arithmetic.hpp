// arithmetic.hpp: sum and product of two numbers of any dtype, as NumPy has them: of bools "or" and "and", of integers
// modulo 2^bits, of complex numbers by parts (a plain formula, so that loops vectorise; std::complex's product mends
// NaN in a library call).
#pragma once

#include "spgrad/dtype.hpp"

/// M(T) for every dtype's C++ type: kernels are instantiated where they are defined.
// clang-format off
#define SPGRAD_EVERY_DTYPE(M)                                                        \
  M(bool)                                                                            \
  M(std::int8_t) M(std::int16_t) M(std::int32_t) M(std::int64_t)                     \
  M(std::uint8_t) M(std::uint16_t) M(std::uint32_t) M(std::uint64_t)                 \
  M(float) M(double) M(std::complex<float>) M(std::complex<double>)
// clang-format on

namespace spgrad::kernels {

template <class T>
constexpr T sum(T a, T b) {
  if constexpr (std::is_same_v<T, bool>)
    return a | b;
  else if constexpr (std::is_integral_v<T>)
    return static_cast<T>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
  else
    return a + b;
}

template <class T>
constexpr T product(T a, T b) {
  if constexpr (std::is_same_v<T, bool>)
    return a & b;
  else if constexpr (std::is_integral_v<T>)
    return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
  else if constexpr (is_complex_v<T>)
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
  else
    return a * b;
}

}  // namespace spgrad::kernels
