// storage.cpp: check_storage of objects.hpp. A file says where its data lies, and must not be believed.
#include <algorithm>
#include <array>

#include "io/objects.hpp"

namespace spgrad::io {
namespace {

/// deflate cannot shrink data more than about 1032 times.
constexpr Index kMostShrunk = 1100;

struct Place {
  const Source& source;
  const std::string& path;
  template <class... Parts>
  void require(bool ok, const Parts&... parts) const {
    if (!ok) fail(ErrorKind::data, source.name, ": ", path, ' ', parts...);
  }
};

void check_filters(const Place& at, hid_t properties) {
  std::vector<H5Z_filter_t> seen;
  for (int i = 0; i < H5Pget_nfilters(properties); ++i) {
    unsigned flags = 0, config = 0;
    std::size_t values = 0;
    std::array<char, 64> name{};
    const H5Z_filter_t filter = H5Pget_filter2(properties, static_cast<unsigned>(i), &flags, &values, nullptr,
                                               name.size(), name.data(), &config);
    const bool known = filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE || filter == H5Z_FILTER_FLETCHER32;
    at.require(known, "is stored through filter ", filter, " (", name.data(),
               "), but only deflate, shuffle and fletcher32 are read");
    at.require(std::ranges::count(seen, filter) == 0, "is stored through filter ", filter, " twice");
    seen.push_back(filter);
  }
}

Index checked_bytes(const Place& at, const Extent& extent, Index element) {
  Index bytes = element;
  for (const Index size : extent.sizes)
    at.require(!__builtin_mul_overflow(bytes, size, &bytes), "is larger than any file: ", size,
               " elements along an axis");
  return bytes;
}

void check_contiguous(const Place& at, hid_t dataset, Index bytes) {
  if (bytes == 0) return;
  const haddr_t offset = H5Dget_offset(dataset);
  at.require(offset != HADDR_UNDEF, "was never written");
  const Index room = offset > static_cast<haddr_t>(at.source.bytes) ? 0 : at.source.bytes - static_cast<Index>(offset);
  at.require(bytes <= room, "needs ", bytes, " bytes but the file has only ", room, " from where it begins");
}

void check_chunked(const Place& at, hid_t dataset, hid_t properties, const Extent& extent, Index bytes, Index element) {
  check_filters(at, properties);
  if (bytes == 0) return;
  const auto stored = static_cast<Index>(H5Dget_storage_size(dataset));
  at.require(stored <= at.source.bytes, "claims to fill ", stored, " bytes of a file of ", at.source.bytes);
  const Index most = H5Pget_nfilters(properties) > 0 ? stored * kMostShrunk : stored;
  at.require(bytes <= most, "has ", bytes, " bytes but only ", stored, " are stored: a part was never written");
  std::array<hsize_t, H5S_MAX_RANK> sizes{};
  at.require(H5Pget_chunk(properties, H5S_MAX_RANK, sizes.data()) == extent.ndim, "has chunks of another shape");
  Index chunk = element;
  for (int axis = 0; axis < extent.ndim; ++axis)
    at.require(!__builtin_mul_overflow(chunk, static_cast<Index>(sizes[static_cast<std::size_t>(axis)]), &chunk) &&
                   chunk <= most,
               "has chunks larger than its ", stored, " stored bytes can fill");
  at.require(chunk <= at.source.most_memory / 4, "has chunks of ", chunk, " bytes, but a file of ", at.source.bytes,
             " bytes may have chunks of ", at.source.most_memory / 4, " unless more is allowed (--expansion)");
}

}  // namespace

void check_storage(const Source& source, const std::string& path, hid_t dataset, const Extent& extent) {
  const Place at{source, path};
  const Handle properties = opened(H5Dget_create_plist(dataset), H5Pclose, ErrorKind::data, source.name, ": ", path,
                                   " does not say how it is stored");
  const Handle type(H5Dget_type(dataset), H5Tclose);
  const auto element = static_cast<Index>(H5Tget_size(type));
  const Index bytes = checked_bytes(at, extent, element);
  at.require(H5Pget_external_count(properties) == 0, "is stored in another file");
  switch (H5Pget_layout(properties)) {
    case H5D_CONTIGUOUS:
      return check_contiguous(at, dataset, bytes);
    case H5D_CHUNKED:
      return check_chunked(at, dataset, properties, extent, bytes, element);
    case H5D_COMPACT:
      return at.require(static_cast<Index>(H5Dget_storage_size(dataset)) >= bytes, "is shorter than it says");
    default:
      at.require(false, "is virtual: its data stands elsewhere");
  }
}

}  // namespace spgrad::io
