// structure.cpp: create_structure of write.hpp.
#include <algorithm>
#include <array>

#include "io/disk.hpp"
#include "io/objects.hpp"
#include "io/write.hpp"

namespace spgrad::io {
namespace {

constexpr hsize_t kAlignment = 1 << 20;  // of large datasets in the file: what parallel file systems like

Handle made(hid_t id, herr_t (*close)(hid_t), const std::string& file, const std::string& path) {
  return opened(id, close, ErrorKind::io, file, ": ", path, " cannot be created");
}

void add_text(hid_t object, const char* name, const char* text) {
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose), space(H5Screate(H5S_SCALAR), H5Sclose);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  const Handle attribute(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  check_hdf5(H5Awrite(attribute, type, &text) >= 0, ErrorKind::io, "the attribute ", name, " cannot be written");
}

void add_shape(hid_t object, const Shape& shape) {
  const hsize_t two = 2;
  const std::array<Index, 2> sizes{shape[0], shape[1]};
  const Handle space(H5Screate_simple(1, &two, nullptr), H5Sclose);
  const Handle attribute(H5Acreate2(object, "shape", H5T_NATIVE_INT64, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  check_hdf5(H5Awrite(attribute, H5T_NATIVE_INT64, sizes.data()) >= 0, ErrorKind::io,
             "the attribute shape cannot be written");
}

/// The attributes by which AnnData, and whoever follows it, knows what a group or dataset is.
void add_encoding(hid_t object, const Value& value) {
  if (!value.is_sparse()) {
    add_text(object, "encoding-type", value.shape().ndim() == 0 ? "numeric-scalar" : "array");
    return add_text(object, "encoding-version", "0.2.0");
  }
  add_text(object, "encoding-type", value.format() == Format::csr ? "csr_matrix" : "csc_matrix");
  add_text(object, "encoding-version", "0.1.0");
  add_shape(object, value.shape());
}

Handle create_dataset(hid_t file, const std::string& name, const Part& part, hid_t links) {
  const std::array<hsize_t, 2> sizes{static_cast<hsize_t>(part.shape[0]), static_cast<hsize_t>(part.shape[1])};
  const int ndim = part.shape.ndim();
  const Handle space(ndim == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(ndim, sizes.data(), nullptr), H5Sclose);
  const Handle type = stored_type(part.dtype), properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY);
  H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER);
  H5Pset_obj_track_times(properties, false);  // the same values give the same file
  return made(H5Dcreate2(file, part.path.c_str(), type, space, links, properties, H5P_DEFAULT), H5Dclose, name,
              part.path);
}

Handle create_group(hid_t file, const std::string& name, const std::string& path, hid_t links) {
  const Handle properties(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties, false);
  return made(H5Gcreate2(file, path.c_str(), links, properties, H5P_DEFAULT), H5Gclose, name, path);
}

Handle open_or_create(const std::string& file) {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_alignment(access, kAlignment, kAlignment);
  if (file_size(file) > 0) return made(H5Fopen(file.c_str(), H5F_ACC_RDWR, access), H5Fclose, file, "/");
  return made(H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose, file, "/");
}

void remove_old(hid_t file, const std::string& name, const std::string& path) {
  const LinkKind kind = link_kind(file, path);
  if (kind == LinkKind::other)
    fail(ErrorKind::data, name, ": ", path, " is behind a soft or external link and is not replaced");
  if (kind == LinkKind::hard)
    check_hdf5(H5Ldelete(file, path.c_str(), H5P_DEFAULT) >= 0, ErrorKind::io, name, ": ", path, " cannot be replaced");
}

/// Where its data begin in the file: they have their place from the start.
Index place_of(hid_t dataset) {
  const haddr_t place = H5Dget_offset(dataset);
  return place == HADDR_UNDEF ? -1 : static_cast<Index>(place);
}

void create_value(const World& world, std::vector<Index>& places, hid_t file, const std::string& name,
                  const std::string& path, const Value& value) {
  remove_old(file, name, path);
  const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(links, 1);
  if (value.is_sparse()) add_encoding(create_group(file, name, path, links), value);
  for (const Part& part : parts_of(value, path, world)) {
    const Handle dataset = create_dataset(file, name, part, links);
    if (!value.is_sparse()) add_encoding(dataset, value);
    places.push_back(place_of(dataset));
  }
}

}  // namespace

std::vector<Index> create_structure(const World& world, const std::string& file, const NamedValues& values) {
  const Hdf5 library;
  Handle open = open_or_create(file);
  std::vector<Index> places;
  for (const auto& [path, value] : values) create_value(world, places, open, file, absolute_path(path), value);
  if (!open.close()) fail(ErrorKind::io, file, ": cannot be written out: ", hdf5_complaint());
  return places;
}

std::string absolute_path(const std::string& path) {
  const std::string whole = path.starts_with('/') ? path : "/" + path;
  for (std::size_t begin = 1; begin <= whole.size();) {
    const std::size_t end = std::min(whole.find('/', begin), whole.size());
    const std::string component = whole.substr(begin, end - begin);
    require(!component.empty() && component != "." && component != "..", '"', path,
            "\" is not a path in a file: give one like /X");
    begin = end + 1;
  }
  return whole;
}

}  // namespace spgrad::io
