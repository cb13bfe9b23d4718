#include "io/types.hpp"

#include <array>
#include <string_view>

namespace spgrad::io {
namespace {

hid_t native(DType dtype) {
  switch (dtype) {
    case DType::int8:
      return H5T_NATIVE_INT8;
    case DType::int16:
      return H5T_NATIVE_INT16;
    case DType::int32:
      return H5T_NATIVE_INT32;
    case DType::int64:
      return H5T_NATIVE_INT64;
    case DType::uint8:
      return H5T_NATIVE_UINT8;
    case DType::uint16:
      return H5T_NATIVE_UINT16;
    case DType::uint32:
      return H5T_NATIVE_UINT32;
    case DType::uint64:
      return H5T_NATIVE_UINT64;
    case DType::float32:
      return H5T_NATIVE_FLOAT;
    default:
      return H5T_NATIVE_DOUBLE;
  }
}

Handle owned(hid_t type) { return opened(type, H5Tclose, ErrorKind::other, "HDF5 cannot make a type"); }

Handle complex_type(DType dtype, const char* real, const char* imaginary) {
  const std::size_t half = size_of(dtype) / 2;
  Handle type = owned(H5Tcreate(H5T_COMPOUND, 2 * half));
  H5Tinsert(type, real, 0, native(real_of(dtype)));
  H5Tinsert(type, imaginary, half, native(real_of(dtype)));
  return type;
}

bool member_is(hid_t type, unsigned i, std::string_view name) {
  char* const stored = H5Tget_member_name(type, i);
  const bool same = stored && stored == name;
  H5free_memory(stored);
  return same;
}

/// Plain bytes in one of the two usual orders, all bits in use: HDF5 could convert stranger types, but its conversions
/// believe what a file says of one.
bool is_plain(hid_t type) {
  const H5T_order_t order = H5Tget_order(type);
  return (order == H5T_ORDER_LE || order == H5T_ORDER_BE) && H5Tget_offset(type) == 0 &&
         H5Tget_precision(type) == 8 * H5Tget_size(type);
}

std::optional<DType> integer_of(hid_t type) {
  if (!is_plain(type)) return {};
  const bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
  switch (H5Tget_size(type)) {
    case 1:
      return is_signed ? DType::int8 : DType::uint8;
    case 2:
      return is_signed ? DType::int16 : DType::uint16;
    case 4:
      return is_signed ? DType::int32 : DType::uint32;
    case 8:
      return is_signed ? DType::int64 : DType::uint64;
    default:
      return {};
  }
}

/// IEEE 754 of 16, 32 or 64 bits.
std::optional<DType> float_type_of(hid_t type) {
  const std::size_t bits = 8 * H5Tget_size(type), exponent_bits = bits == 16 ? 5 : bits == 32 ? 8 : 11;
  if ((bits != 16 && bits != 32 && bits != 64) || !is_plain(type)) return {};
  std::size_t sign = 0, exponent = 0, exponent_size = 0, mantissa = 0, mantissa_size = 0;
  if (H5Tget_fields(type, &sign, &exponent, &exponent_size, &mantissa, &mantissa_size) < 0) return {};
  const bool ieee = sign == bits - 1 && exponent_size == exponent_bits && exponent == sign - exponent_bits &&
                    mantissa == 0 && mantissa_size == exponent && H5Tget_norm(type) == H5T_NORM_IMPLIED &&
                    H5Tget_ebias(type) == (std::size_t{1} << (exponent_bits - 1)) - 1;
  if (!ieee) return {};
  return bits == 64 ? DType::float64 : DType::float32;
}

std::optional<DType> bool_of(hid_t type) {
  if (H5Tget_size(type) != 1 || H5Tget_nmembers(type) != 2) return {};
  std::array<signed char, 2> values{};
  H5Tget_member_value(type, 0, &values[0]);
  H5Tget_member_value(type, 1, &values[1]);
  const unsigned yes = values[1] == 1 ? 1 : 0;
  const bool is_bool =
      values[yes] == 1 && values[1 - yes] == 0 && member_is(type, yes, "TRUE") && member_is(type, 1 - yes, "FALSE");
  return is_bool ? std::optional(DType::bool_) : std::nullopt;
}

std::optional<DType> complex_of(hid_t type) {
  if (H5Tget_nmembers(type) != 2) return {};
  const bool named = (member_is(type, 0, "r") && member_is(type, 1, "i")) ||
                     (member_is(type, 0, "real") && member_is(type, 1, "imag"));
  if (!named) return {};
  const Handle real = owned(H5Tget_member_type(type, 0)), imaginary = owned(H5Tget_member_type(type, 1));
  if (H5Tget_class(real) != H5T_FLOAT || H5Tequal(real, imaginary) <= 0) return {};
  const auto half = float_type_of(real);
  const std::size_t bytes = H5Tget_size(real);
  if (!half || H5Tget_size(type) != 2 * bytes || H5Tget_member_offset(type, 0) != 0 ||
      H5Tget_member_offset(type, 1) != bytes)
    return {};
  return *half == DType::float32 ? DType::complex64 : DType::complex128;
}

}  // namespace

Handle stored_type(DType dtype) {
  if (is_complex(dtype)) return complex_type(dtype, "r", "i");
  if (dtype != DType::bool_) return owned(H5Tcopy(native(dtype)));
  Handle type = owned(H5Tenum_create(H5T_NATIVE_INT8));
  const signed char no = 0, yes = 1;
  H5Tenum_insert(type, "FALSE", &no);
  H5Tenum_insert(type, "TRUE", &yes);
  return type;
}

std::optional<DType> dtype_of(hid_t stored) {
  switch (H5Tget_class(stored)) {
    case H5T_INTEGER:
      return integer_of(stored);
    case H5T_FLOAT:
      return float_type_of(stored);
    case H5T_ENUM:
      return bool_of(stored);
    case H5T_COMPOUND:
      return complex_of(stored);
    case H5T_BITFIELD:
      return H5Tget_size(stored) == 1 ? std::optional(DType::bool_) : std::nullopt;
    default:
      return {};
  }
}

Handle memory_type(DType dtype, hid_t stored) {
  if (is_complex(dtype))
    return member_is(stored, 0, "r") ? complex_type(dtype, "r", "i") : complex_type(dtype, "real", "imag");
  return owned(H5Tcopy(dtype == DType::bool_ ? stored : native(dtype)));  // one byte has no order
}

}  // namespace spgrad::io
