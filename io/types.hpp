// types.hpp: dtypes as HDF5 stores them. Internal; call with Hdf5 held.
#pragma once

#include <optional>

#include "io/hdf5.hpp"
#include "spgrad/dtype.hpp"

namespace spgrad::io {

/// How a dtype is written: native numbers; bool as an enum FALSE, TRUE of one byte and complex numbers as a
/// compound {r, i}, as h5py does.
Handle stored_type(DType dtype);

/// The dtype of a stored type: any byte order; half precision is float32; complex also as {real, imag}; bool also as a
/// bitfield of one byte. Nothing if there is none (strings, records, long double).
std::optional<DType> dtype_of(hid_t stored);

/// The type in memory of a dataset of `stored` type, whose dtype is `dtype`. Integers keep their width, so that nothing
/// is clamped on the way: HDF5 would do that without a word.
Handle memory_type(DType dtype, hid_t stored);

}  // namespace spgrad::io
