#include "io/objects.hpp"

#include <array>

namespace spgrad::io {
namespace {

constexpr std::size_t kLongestText = 1024;

template <class... Parts>
[[noreturn]] void broken(const Source& source, const std::string& path, const Parts&... parts) {
  fail(ErrorKind::data, source.name, ": ", path, ' ', parts...);
}

/// The end of the component of `path` that begins behind `from`.
std::size_t component_end(const std::string& path, std::size_t from) {
  const std::size_t slash = path.find('/', from + 1);
  return slash == std::string::npos ? path.size() : slash;
}

/// The shape in a dataset or attribute of two integers.
template <class Read>
std::optional<Shape> two_integers(hid_t space, hid_t type, Read&& read) {
  hsize_t length = 0;
  const auto dtype = dtype_of(type);
  if (!dtype || !is_integer(*dtype) || H5Sget_simple_extent_ndims(space) != 1) return {};
  H5Sget_simple_extent_dims(space, &length, nullptr);
  std::array<Index, 2> sizes{};
  if (length != 2 || read(sizes.data()) < 0) return {};
  return Shape{sizes[0], sizes[1]};
}

}  // namespace

LinkKind link_kind(hid_t file, const std::string& path) {
  for (std::size_t end = 0; end + 1 < path.size();) {
    end = component_end(path, end);
    H5L_info_t info;
    if (H5Lget_info(file, path.substr(0, end).c_str(), &info, H5P_DEFAULT) < 0) return LinkKind::none;
    if (info.type != H5L_TYPE_HARD) return LinkKind::other;
  }
  return LinkKind::hard;
}

Handle open_object(const Source& source, const std::string& path) {
  const LinkKind kind = link_kind(source.file, path);
  if (kind == LinkKind::none) fail(ErrorKind::data, source.name, " has no ", path);
  if (kind == LinkKind::other)
    broken(source, path, "is behind a soft or external link; only what stands in the file itself is read");
  Handle object = opened(H5Oopen(source.file, path.c_str(), H5P_DEFAULT), H5Oclose, ErrorKind::data, source.name, ": ",
                         path, " cannot be opened");
  const H5I_type_t type = H5Iget_type(object);
  if (type != H5I_GROUP && type != H5I_DATASET) broken(source, path, "is neither a group nor a dataset");
  return object;
}

Shape Extent::shape() const {
  if (ndim == 0) return {};
  return ndim == 1 ? Shape{sizes[0]} : Shape{sizes[0], sizes[1]};
}

Extent extent_of(const Source& source, const std::string& path, hid_t dataset) {
  const Handle properties(H5Dget_create_plist(dataset), H5Pclose);
  // Before anything else: to tell the size of a virtual dataset, HDF5 opens the files that it names.
  if (H5Pget_layout(properties) == H5D_VIRTUAL) broken(source, path, "is virtual: its data stands elsewhere");
  const Handle type = opened(H5Dget_type(dataset), H5Tclose, ErrorKind::data, source.name, ": ", path, " has no type");
  const Handle space =
      opened(H5Dget_space(dataset), H5Sclose, ErrorKind::data, source.name, ": ", path, " has no size");
  if (H5Sget_simple_extent_type(space) == H5S_NULL) return {};
  Extent extent{.dtype = dtype_of(type), .ndim = H5Sget_simple_extent_ndims(space), .sizes = {}};
  std::array<hsize_t, H5S_MAX_RANK> sizes{};
  H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
  for (int axis = 0; axis < extent.ndim; ++axis) {
    if (sizes[static_cast<std::size_t>(axis)] > INT64_MAX)
      broken(source, path, "has a size of ", sizes[static_cast<std::size_t>(axis)]);
    extent.sizes.push_back(static_cast<Index>(sizes[static_cast<std::size_t>(axis)]));
  }
  return extent;
}

std::optional<std::string> text_attribute(hid_t object, const char* name) {
  if (H5Aexists(object, name) <= 0) return {};
  const Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose);
  const Handle type(H5Aget_type(attribute), H5Tclose), space(H5Aget_space(attribute), H5Sclose);
  if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != 1) return {};
  if (H5Tis_variable_str(type) > 0) {
    char* text = nullptr;
    if (H5Aread(attribute, type, &text) < 0 || !text) return {};
    std::string copy = text;
    H5free_memory(text);
    return copy;
  }
  std::string text(H5Tget_size(type), '\0');
  if (text.size() > kLongestText || H5Aread(attribute, type, text.data()) < 0) return {};
  text.resize(std::min(text.find('\0'), text.size()));
  return text;
}

std::optional<Shape> shape_attribute(hid_t object, const char* name) {
  if (H5Aexists(object, name) <= 0) return {};
  const Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose);
  const Handle type(H5Aget_type(attribute), H5Tclose), space(H5Aget_space(attribute), H5Sclose);
  return two_integers(space, type, [&](Index* into) { return H5Aread(attribute, H5T_NATIVE_INT64, into); });
}

std::optional<Shape> shape_dataset(const Source& source, const std::string& path) {
  if (link_kind(source.file, path) == LinkKind::none) return {};
  const Handle dataset = open_object(source, path);
  if (H5Iget_type(dataset) != H5I_DATASET) return {};
  const Extent extent = extent_of(source, path, dataset);
  if (!extent.dtype || extent.ndim != 1 || extent.sizes[0] != 2) return {};
  check_storage(source, path, dataset, extent);
  const Handle type(H5Dget_type(dataset), H5Tclose), space(H5Dget_space(dataset), H5Sclose);
  return two_integers(space, type, [&](Index* into) {
    return H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, into);
  });
}

}  // namespace spgrad::io
