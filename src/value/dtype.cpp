#include "spgrad/dtype.hpp"

#include <array>
#include <ostream>

#include "spgrad/error.hpp"

namespace spgrad {
namespace {

constexpr std::array<std::string_view, kDTypes> kNames{"bool",    "int8",      "int16",     "int32",  "int64",
                                                       "uint8",   "uint16",    "uint32",    "uint64", "float32",
                                                       "float64", "complex64", "complex128"};

// A dtype as NumPy's table sees it: which kind, and how many bits its numbers have.
enum class Kind : std::uint8_t { boolean, unsigned_, signed_, real, complex };

Kind kind_of(DType t) {
  if (t == DType::bool_) return Kind::boolean;
  if (t <= DType::int64) return Kind::signed_;
  if (t <= DType::uint64) return Kind::unsigned_;
  return t <= DType::float64 ? Kind::real : Kind::complex;
}

std::size_t bytes_of_number(DType t) { return is_complex(t) ? size_of(t) / 2 : size_of(t); }

DType signed_of(std::size_t bytes) {
  return bytes == 1 ? DType::int8 : bytes == 2 ? DType::int16 : bytes == 4 ? DType::int32 : DType::int64;
}

// The smallest float that holds every value of an integer: 24 bits hold 16-bit integers, 53 are taken for the rest.
DType float_holding(DType t) {
  if (is_float(t) || is_complex(t)) return real_of(t);
  return size_of(t) <= 2 ? DType::float32 : DType::float64;
}

}  // namespace

std::string_view name(DType dtype) { return kNames[static_cast<std::size_t>(dtype)]; }

DType parse_dtype(std::string_view text) {
  for (int k = 0; k < kDTypes; ++k)
    if (kNames[static_cast<std::size_t>(k)] == text) return static_cast<DType>(k);
  fail(ErrorKind::data, "'", text,
       "' is no dtype; the dtypes are bool, (u)int8 to 64, float32, float64, complex64, complex128");
}

std::size_t size_of(DType dtype) {
  return dispatch(dtype, []<class T>() { return sizeof(T); });
}

std::ostream& operator<<(std::ostream& out, DType dtype) { return out << name(dtype); }

bool is_integer(DType t) { return kind_of(t) == Kind::signed_ || kind_of(t) == Kind::unsigned_; }
bool is_float(DType t) { return kind_of(t) == Kind::real; }
bool is_complex(DType t) { return kind_of(t) == Kind::complex; }

DType real_of(DType t) { return t == DType::complex64 ? DType::float32 : t == DType::complex128 ? DType::float64 : t; }

DType promote(DType a, DType b) {
  if (a == b) return a;
  const Kind ka = kind_of(a), kb = kind_of(b);
  if (ka == Kind::boolean) return b;
  if (kb == Kind::boolean) return a;
  if (ka == kb) return size_of(a) > size_of(b) ? a : b;
  if (ka >= Kind::real || kb >= Kind::real) {
    const DType real = promote(float_holding(a), float_holding(b));
    if (ka != Kind::complex && kb != Kind::complex) return real;
    return real == DType::float32 ? DType::complex64 : DType::complex128;
  }
  // A signed and an unsigned integer: a signed one that holds both, or float64 where there is none.
  const DType u = ka == Kind::unsigned_ ? a : b, s = ka == Kind::unsigned_ ? b : a;
  if (size_of(s) > size_of(u)) return s;
  return size_of(u) == 8 ? DType::float64 : signed_of(2 * size_of(u));
}

DType float_of(DType t) {
  if (is_float(t) || is_complex(t)) return t;
  return bytes_of_number(t) <= 2 ? DType::float32 : DType::float64;
}

}  // namespace spgrad
