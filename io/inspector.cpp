#include "io/inspector.hpp"

#include <algorithm>
#include <set>

#include "io/disk.hpp"
#include "io/objects.hpp"

namespace spgrad::io {
namespace {

constexpr int kDeepest = 64;  // groups within groups
constexpr std::size_t kMostObjects = 100000, kMostPathBytes = std::size_t{64} << 20;

/// Looks at one file. With Hdf5 held.
class Inspector {
 public:
  Inspector(const std::string& file, Index expansion) {
    source_ = {.name = file,
               .file = opened(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, ErrorKind::data, file,
                              ": HDF5 cannot open it"),
               .bytes = file_size(file)};
    source_.most_memory = most_memory(source_.bytes, expansion);
  }

  Content at(const std::string& path) {
    const Handle object = open_object(source_, path);
    if (H5Iget_type(object) == H5I_DATASET) return dense(path, object);
    if (!is_sparse(object))
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
    check_memory(path, shape.elements(), static_cast<Index>(size_of(*extent.dtype)), 0);
    return {.entry = {path, Format::dense, *extent.dtype, shape, shape.elements()}};
  }

  static bool is_sparse(hid_t group) {
    const auto type = text_attribute(group, "encoding-type");
    if (type == "csr_matrix" || type == "csc_matrix" || H5Aexists(group, "h5sparse_format") > 0) return true;
    const auto has = [&](const char* name) { return H5Lexists(group, name, H5P_DEFAULT) > 0; };
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
    check_memory(path, nnz, static_cast<Index>(size_of(*data.dtype) + sizeof(Index)), offsets);
    return {.entry = {path, format, *data.dtype, shape, nnz}, .indices = *indices.dtype, .indptr = *indptr.dtype};
  }

  /// What compresses well may be small here and large in memory.
  void check_memory(const std::string& path, Index entries, Index bytes_each, Index offsets) const {
    Index needs = 0;
    const bool fits = !__builtin_mul_overflow(entries, bytes_each, &needs) &&
                      !__builtin_add_overflow(needs, offsets * Index{sizeof(Index)}, &needs) &&
                      needs <= source_.most_memory;
    check(fits, path, "has ", entries, " entries; in memory they would take more than the ", source_.most_memory,
          " bytes that a file of ", source_.bytes, " bytes may take unless more is allowed (--expansion)");
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
    if (depth > 0 && is_sparse(group)) return found_.push_back(sparse(path, group));
    for (const std::string& name : names_in(group)) {
      const std::string child = below(path, name);
      count_object(child);
      visit(child,
            opened(H5Oopen(group, name.c_str(), H5P_DEFAULT), H5Oclose, ErrorKind::data, source_.name, ": ", child,
                   " cannot be opened"),
            depth);
    }
  }

  void visit(const std::string& path, hid_t object, int depth) {
    if (H5Iget_type(object) == H5I_GROUP) return walk(path, object, depth + 1);
    if (H5Iget_type(object) != H5I_DATASET) return;
    const Extent extent = extent_of(source_, path, object);
    if (extent.dtype && !extent.too_many_axes()) found_.push_back(dense(path, object));
  }

  /// Long names in deep groups make paths that are far larger than the file.
  void count_object(const std::string& path) {
    check(++objects_ <= kMostObjects, path, "has too many objects: more than ", kMostObjects);
    path_bytes_ += path.size();
    if (path_bytes_ > kMostPathBytes)
      fail(ErrorKind::data, source_.name, " has names that are too long: ", kMostPathBytes, " bytes of paths");
  }

  /// Of what is in the file itself: behind hard links.
  static std::vector<std::string> names_in(hid_t group) {
    std::vector<std::string> names;
    const auto add = [](hid_t, const char* name, const H5L_info_t* link, void* to) -> herr_t {
      auto& all = *static_cast<std::vector<std::string>*>(to);
      if (link->type == H5L_TYPE_HARD) all.emplace_back(name);
      return all.size() > kMostObjects;
    };
    H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, add, &names);
    return names;
  }

  Source source_;
  std::vector<Content> found_;
  std::set<haddr_t> seen_;
  std::size_t objects_ = 0, path_bytes_ = 0;
};

}  // namespace

std::vector<Content> contents_of(const std::string& file, const std::string& path, Index expansion) {
  const Hdf5 library;
  Inspector inspector(file, expansion);
  return path.empty() ? inspector.all() : std::vector{inspector.at(path)};
}

}  // namespace spgrad::io
