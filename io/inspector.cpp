#include "io/inspector.hpp"

#include <algorithm>
#include <set>

#include "io/disk.hpp"
#include "io/objects.hpp"

namespace spgrad::io {
namespace {

constexpr int kDeepest = 64;  // groups within groups
constexpr std::size_t kMostObjects = 100000;

/// Looks at one file. With Hdf5 held.
class Inspector {
 public:
  explicit Inspector(const std::string& file) {
    source_ = {.name = file,
               .file = opened(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, ErrorKind::data, file,
                              ": HDF5 cannot open it"),
               .bytes = file_size(file)};
  }

  Content at(const std::string& path) {
    const Handle object = open_object(source_, path);
    if (H5Iget_type(object) == H5I_DATASET) return dense(path, object);
    if (!is_sparse(path, object))
      fail(ErrorKind::data, source_.name, ": ", path, " is a group without data, indices and indptr: no sparse matrix");
    return sparse(path, object);
  }

  std::vector<Content> all() {
    const Handle root = open_object(source_, "/");
    walk("/", root, 0);
    std::ranges::sort(found_, {}, [](const Content& c) { return c.entry.path; });
    return std::move(found_);
  }

 private:
  template <class... Parts>
  void check(bool ok, const std::string& path, const Parts&... parts) const {
    if (!ok) fail(ErrorKind::data, source_.name, ": ", path, ' ', parts...);
  }

  Content dense(const std::string& path, hid_t dataset) const {
    const Extent extent = extent_of(source_, path, dataset);
    check(extent.dtype.has_value(), path, "holds neither numbers nor bools");
    check(!extent.too_many_axes(), path, "has ", extent.ndim, " axes, but at most 2 are possible");
    check_storage(source_, path, dataset, extent);
    const Shape shape = extent.shape();
    return {.entry = {path, Format::dense, *extent.dtype, shape, shape.elements()}};
  }

  bool is_sparse(const std::string& path, hid_t group) const {
    const auto type = text_attribute(group, "encoding-type");
    if (type == "csr_matrix" || type == "csc_matrix" || H5Aexists(group, "h5sparse_format") > 0) return true;
    const auto has = [&](const char* name) { return link_kind(source_.file, below(path, name)) != LinkKind::none; };
    return has("data") && has("indices") && has("indptr");
  }

  Content sparse(const std::string& path, hid_t group) const {
    const Extent data = vector_at(below(path, "data")), indices = vector_at(below(path, "indices")),
                 indptr = vector_at(below(path, "indptr"));
    check(is_integer(*indices.dtype), below(path, "indices"), "is ", *indices.dtype, ", but indices must be integers");
    check(is_integer(*indptr.dtype), below(path, "indptr"), "is ", *indptr.dtype, ", but offsets must be integers");
    const Index nnz = data.sizes[0], offsets = indptr.sizes[0];
    check(indices.sizes[0] == nnz, path, "has ", nnz, " entries in data but ", indices.sizes[0], " in indices");

    const Shape shape = shape_of(path, group);
    const Format format = format_of(path, group, shape, offsets);
    const Index major = shape[format == Format::csr ? 0 : 1];
    check(major < INT64_MAX && offsets == major + 1, path, "is ", format, ' ', shape, ", so indptr should have ", major,
          " + 1 offsets, but it has ", offsets);
    return {.entry = {path, format, *data.dtype, shape, nnz}, .indices = *indices.dtype, .indptr = *indptr.dtype};
  }

  Extent vector_at(const std::string& path) const {
    const Handle dataset = open_object(source_, path);
    check(H5Iget_type(dataset) == H5I_DATASET, path, "is a group, but a dataset is needed");
    Extent extent = extent_of(source_, path, dataset);
    check(extent.dtype.has_value(), path, "holds neither numbers nor bools");
    check(extent.ndim == 1, path, "has ", extent.ndim, " axes, but 1 is needed");
    check_storage(source_, path, dataset, extent);
    return extent;
  }

  Shape shape_of(const std::string& path, hid_t group) const {
    std::optional<Shape> shape = shape_attribute(group, "shape");
    if (!shape) shape = shape_attribute(group, "h5sparse_shape");
    if (!shape) shape = shape_dataset(source_, below(path, "shape"));
    check(shape.has_value(), path, "does not say its shape: two integers, as attribute or dataset \"shape\"");
    check((*shape)[0] >= 0 && (*shape)[1] >= 0, path, "has the impossible shape ", *shape);
    return *shape;
  }

  /// What the attributes say; where they say nothing, what the number of offsets says.
  Format format_of(const std::string& path, hid_t group, const Shape& shape, Index offsets) const {
    for (const char* name : {"encoding-type", "h5sparse_format", "format"}) {
      const auto type = text_attribute(group, name);
      if (type == "csr_matrix" || type == "csr") return Format::csr;
      if (type == "csc_matrix" || type == "csc") return Format::csc;
      check(!type || name == std::string_view("format"), path, "is encoded as \"", type.value_or(""),
            "\", but only csr and csc matrices are read");
    }
    const bool csr = offsets - 1 == shape[0], csc = offsets - 1 == shape[1];
    check(!(csr && csc), path,
          "is square and does not say whether it is csr or csc: the attribute \"encoding-type\" is missing");
    return csc ? Format::csc : Format::csr;
  }

  static std::string below(const std::string& path, const std::string& name) {
    return (path == "/" ? "" : path) + "/" + name;
  }

  void walk(const std::string& path, hid_t group, int depth) {
    check(depth <= kDeepest, path, "is more than ", kDeepest, " groups deep");
    H5O_info_t info;
    H5Oget_info2(group, &info, H5O_INFO_BASIC);
    if (!seen_.insert(info.addr).second) return;  // a group may hold itself
    if (depth > 0 && is_sparse(path, group)) return found_.push_back(sparse(path, group));
    for (const std::string& name : names_in(group)) {
      check(++objects_ <= kMostObjects, path, "has too many objects: more than ", kMostObjects);
      const std::string child = below(path, name);
      if (link_kind(source_.file, child) == LinkKind::hard) visit(child, depth);
    }
  }

  void visit(const std::string& path, int depth) {
    const Handle object = opened(H5Oopen(source_.file, path.c_str(), H5P_DEFAULT), H5Oclose, ErrorKind::data,
                                 source_.name, ": ", path, " cannot be opened");
    if (H5Iget_type(object) == H5I_GROUP) return walk(path, object, depth + 1);
    if (H5Iget_type(object) != H5I_DATASET) return;
    const Extent extent = extent_of(source_, path, object);
    if (extent.dtype && !extent.too_many_axes()) found_.push_back(dense(path, object));
  }

  static std::vector<std::string> names_in(hid_t group) {
    std::vector<std::string> names;
    const auto add = [](hid_t, const char* name, const H5L_info_t*, void* to) -> herr_t {
      static_cast<std::vector<std::string>*>(to)->push_back(name);
      return static_cast<std::vector<std::string>*>(to)->size() > kMostObjects;
    };
    H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, add, &names);
    return names;
  }

  Source source_;
  std::vector<Content> found_;
  std::set<haddr_t> seen_;
  std::size_t objects_ = 0;
};

}  // namespace

std::vector<Content> contents_of(const std::string& file, const std::string& path) {
  const Hdf5 library;
  Inspector inspector(file);
  return path.empty() ? inspector.all() : std::vector{inspector.at(path)};
}

}  // namespace spgrad::io
