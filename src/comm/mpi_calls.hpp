// mpi_calls.hpp: MPI's errors as exceptions, spgrad's dtypes as MPI's.
#pragma once

#include <mpi.h>

#include <algorithm>
#include <string_view>

#include "spgrad/dtype.hpp"
#include "spgrad/error.hpp"

namespace spgrad::comm {

/// MPI counts are int, so whatever is larger travels in pieces of this size. A power of two: no element is cut.
inline constexpr std::size_t kPiece = std::size_t{1} << 30;

inline void check(int code, std::string_view call) {
  if (code == MPI_SUCCESS) return;
  char message[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(code, message, &length);
  fail(ErrorKind::other, call, " failed: ", std::string_view(message, static_cast<std::size_t>(length)));
}

/// Calls f(offset, bytes) for the pieces of `bytes` bytes.
template <class F>
void for_pieces(std::size_t bytes, F&& f) {
  for (std::size_t at = 0; at < bytes; at += kPiece) f(at, static_cast<int>(std::min(kPiece, bytes - at)));
}

inline MPI_Datatype mpi_type(DType dtype) {
  switch (dtype) {
    case DType::bool_:
      return MPI_C_BOOL;
    case DType::int8:
      return MPI_INT8_T;
    case DType::int16:
      return MPI_INT16_T;
    case DType::int32:
      return MPI_INT32_T;
    case DType::int64:
      return MPI_INT64_T;
    case DType::uint8:
      return MPI_UINT8_T;
    case DType::uint16:
      return MPI_UINT16_T;
    case DType::uint32:
      return MPI_UINT32_T;
    case DType::uint64:
      return MPI_UINT64_T;
    case DType::float32:
      return MPI_FLOAT;
    case DType::float64:
      return MPI_DOUBLE;
    case DType::complex64:
      return MPI_C_FLOAT_COMPLEX;
    case DType::complex128:
      break;
  }
  return MPI_C_DOUBLE_COMPLEX;
}

}  // namespace spgrad::comm
