// dtype.hpp: the element types and NumPy's promotion between them.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string_view>
#include <type_traits>

namespace spgrad {

using Index = std::int64_t;       ///< global sizes, offsets and row numbers
using LocalIndex = std::int32_t;  ///< row numbers within what one rank has in hand

enum class DType : std::uint8_t {
  bool_,
  int8,
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  float32,
  float64,
  complex64,
  complex128
};
inline constexpr int kDTypes = 13;

std::string_view name(DType dtype);        ///< NumPy's name: "float64", "bool"
DType parse_dtype(std::string_view name);  ///< the inverse of name(); throws Error for an unknown name
std::size_t size_of(DType dtype);          ///< bytes of one element
std::ostream& operator<<(std::ostream& out, DType dtype);

bool is_integer(DType dtype);  ///< signed or unsigned, not bool
bool is_float(DType dtype);    ///< float32 or float64
bool is_complex(DType dtype);
DType real_of(DType dtype);  ///< complex64 -> float32, complex128 -> float64, others themselves

/// NumPy's promotion table (numpy.promote_types): the smallest dtype that both convert to safely.
DType promote(DType a, DType b);

/// The dtype in which a transcendental function of `dtype` is computed, as in PyTensor: bool and 8- and 16-bit
/// integers give float32, wider integers float64, floats and complex numbers themselves.
DType float_of(DType dtype);

template <class T>
inline constexpr bool is_complex_v = false;
template <class T>
inline constexpr bool is_complex_v<std::complex<T>> = true;

template <class T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, bool>)
    return DType::bool_;
  else if constexpr (std::is_same_v<T, std::int8_t>)
    return DType::int8;
  else if constexpr (std::is_same_v<T, std::int16_t>)
    return DType::int16;
  else if constexpr (std::is_same_v<T, std::int32_t>)
    return DType::int32;
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return DType::int64;
  else if constexpr (std::is_same_v<T, std::uint8_t>)
    return DType::uint8;
  else if constexpr (std::is_same_v<T, std::uint16_t>)
    return DType::uint16;
  else if constexpr (std::is_same_v<T, std::uint32_t>)
    return DType::uint32;
  else if constexpr (std::is_same_v<T, std::uint64_t>)
    return DType::uint64;
  else if constexpr (std::is_same_v<T, float>)
    return DType::float32;
  else if constexpr (std::is_same_v<T, double>)
    return DType::float64;
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    return DType::complex64;
  else {
    static_assert(std::is_same_v<T, std::complex<double>>, "no DType for this type");
    return DType::complex128;
  }
}

/// Calls f.template operator()<T>() with the C++ type of `dtype`.
template <class F>
decltype(auto) dispatch(DType dtype, F&& f) {
  switch (dtype) {
    case DType::bool_:
      return f.template operator()<bool>();
    case DType::int8:
      return f.template operator()<std::int8_t>();
    case DType::int16:
      return f.template operator()<std::int16_t>();
    case DType::int32:
      return f.template operator()<std::int32_t>();
    case DType::int64:
      return f.template operator()<std::int64_t>();
    case DType::uint8:
      return f.template operator()<std::uint8_t>();
    case DType::uint16:
      return f.template operator()<std::uint16_t>();
    case DType::uint32:
      return f.template operator()<std::uint32_t>();
    case DType::uint64:
      return f.template operator()<std::uint64_t>();
    case DType::float32:
      return f.template operator()<float>();
    case DType::float64:
      return f.template operator()<double>();
    case DType::complex64:
      return f.template operator()<std::complex<float>>();
    case DType::complex128:
      break;
  }
  return f.template operator()<std::complex<double>>();
}

}  // namespace spgrad
