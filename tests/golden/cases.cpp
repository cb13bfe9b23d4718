#include "tests/golden/cases.hpp"

#include "io/hdf5.hpp"

namespace spgrad::tests {
namespace {

using io::Handle;
using io::Hdf5;

template <class... Parts>
Handle open(hid_t id, herr_t (*close)(hid_t), const Parts&... parts) {
  return io::opened(id, close, ErrorKind::data, parts...);
}

std::vector<std::string> members(hid_t group) {
  H5G_info_t info;
  io::check_hdf5(H5Gget_info(group, &info) >= 0, ErrorKind::data, "a group of golden cases");
  std::vector<std::string> names;
  for (hsize_t k = 0; k < info.nlinks; ++k) {
    char name[256];
    const auto length = H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, k, name, sizeof name, H5P_DEFAULT);
    io::check_hdf5(length >= 0 && length < static_cast<ssize_t>(sizeof name), ErrorKind::data, "the name of a member");
    names.emplace_back(name);
  }
  return names;
}

bool has(hid_t group, const char* name) { return H5Lexists(group, name, H5P_DEFAULT) > 0; }

std::string text_attribute(hid_t object, const char* name) {
  if (H5Aexists(object, name) <= 0) return "";
  const Handle attribute = open(H5Aopen(object, name, H5P_DEFAULT), H5Aclose, name);
  const Handle type = open(H5Aget_type(attribute), H5Tclose, name);
  io::check_hdf5(H5Tis_variable_str(type) > 0, ErrorKind::data, "attribute ", name, " is no text");
  char* stored = nullptr;
  io::check_hdf5(H5Aread(attribute, type, &stored) >= 0, ErrorKind::data, name);
  std::string value(stored != nullptr ? stored : "");
  H5free_memory(stored);
  return value;
}

DType dtype_of_stored(hid_t type) {
  const auto size = H5Tget_size(type);
  const bool is_unsigned = H5Tget_class(type) == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_NONE;
  switch (H5Tget_class(type)) {
    case H5T_COMPOUND:
      return size == 8 ? DType::complex64 : DType::complex128;
    case H5T_FLOAT:
      return size == 4 ? DType::float32 : DType::float64;
    default:
      return parse_dtype(text(is_unsigned ? "uint" : "int", 8 * size));
  }
}

Whole read_dense(hid_t dataset) {
  const Handle type = open(H5Dget_type(dataset), H5Tclose, "the type of a dataset");
  const Handle space = open(H5Dget_space(dataset), H5Sclose, "the shape of a dataset");
  hsize_t sizes[2] = {0, 0};
  require(H5Sget_simple_extent_ndims(space) <= 2, "a dataset has more than 2 dimensions");
  const int ndim = H5Sget_simple_extent_dims(space, sizes, nullptr);
  const auto size = [&](int axis) { return static_cast<Index>(sizes[axis]); };
  Whole x = dense_zeros(dtype_of_stored(type), ndim == 0   ? Shape{}
                                               : ndim == 1 ? Shape{size(0)}
                                                           : Shape{size(0), size(1)});
  if (x.x.empty()) return x;
  if (is_complex(x.type.dtype)) {
    const Handle pair = open(H5Tcreate(H5T_COMPOUND, sizeof(Complex)), H5Tclose, "a complex type");
    H5Tinsert(pair, "r", 0, H5T_NATIVE_DOUBLE);
    H5Tinsert(pair, "i", sizeof(double), H5T_NATIVE_DOUBLE);
    io::check_hdf5(H5Dread(dataset, pair, H5S_ALL, H5S_ALL, H5P_DEFAULT, x.x.data()) >= 0, ErrorKind::data,
                   "a dataset");
    return x;
  }
  std::vector<double> reals(x.x.size());
  io::check_hdf5(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, reals.data()) >= 0, ErrorKind::data,
                 "a dataset");
  x.x.assign(reals.begin(), reals.end());
  return x;
}

Whole read_dense(hid_t group, const char* name) {
  return read_dense(open(H5Dopen(group, name, H5P_DEFAULT), H5Dclose, name));
}

Whole read_sparse(hid_t group) {
  const Handle attribute = open(H5Aopen(group, "shape", H5P_DEFAULT), H5Aclose, "shape");
  Index shape[2];
  io::check_hdf5(H5Aread(attribute, H5T_NATIVE_INT64, shape) >= 0, ErrorKind::data, "shape");
  Whole x = read_dense(group, "data");
  x.type.format = text_attribute(group, "format") == "csr" ? Format::csr : Format::csc;
  x.type.shape = {shape[0], shape[1]};
  const Index majors = x.type.shape[x.type.format == Format::csr ? 0 : 1];
  const auto indptr = read_dense(group, "indptr").x;
  require(static_cast<Index>(indptr.size()) == majors + 1, "indptr has ", indptr.size(), " elements for ", majors,
          " lines");
  Positions at;
  for (std::size_t k = 0; k + 1 < indptr.size(); ++k) {
    const double entries = (indptr[k + 1] - indptr[k]).real();
    require(entries >= 0 && entries <= static_cast<double>(x.x.size()), "indptr does not ascend");
    at.major.insert(at.major.end(), static_cast<std::size_t>(entries), static_cast<Index>(k));
  }
  for (const Complex& minor : read_dense(group, "indices").x) at.minor.push_back(static_cast<Index>(minor.real()));
  require(at.major.size() == x.x.size() && at.minor.size() == x.x.size(),
          "data, indices and indptr do not belong together");
  x.at = std::make_shared<Positions>(std::move(at));
  return x;
}

Whole read_value(hid_t group, const char* name) {
  const Handle object = open(H5Oopen(group, name, H5P_DEFAULT), H5Oclose, name);
  return H5Iget_type(object) == H5I_GROUP ? read_sparse(object) : read_dense(object);
}

std::optional<Whole> read_if_there(hid_t group, const char* name) {
  if (!has(group, name)) return {};
  return read_value(group, name);
}

std::map<std::string, Whole> read_values(hid_t parent, const char* name) {
  std::map<std::string, Whole> values;
  if (!has(parent, name)) return values;
  const Handle group = open(H5Gopen(parent, name, H5P_DEFAULT), H5Gclose, name);
  for (const std::string& member : members(group)) values.emplace(member, read_value(group, member.c_str()));
  return values;
}

GoldenCase read_case(hid_t cases, const std::string& name) {
  const Handle group = open(H5Gopen(cases, name.c_str(), H5P_DEFAULT), H5Gclose, name);
  GoldenCase c{name, text_attribute(group, "expr"), text_attribute(group, "category"),
               text_attribute(group, "compare")};
  require(!c.expression.empty() && !c.category.empty(), "case ", name, " has no expression or no category");
  c.inputs = read_values(group, "inputs");
  c.tangents = read_values(group, "tangents");
  c.output = read_if_there(group, "output");
  c.weight = read_if_there(group, "weight");
  c.jvp = read_if_there(group, "jvp");
  require(c.output.has_value() == (c.category != "error"), "case ", name, " of category ", c.category,
          c.output ? " has an output" : " has no output");
  for (const auto& [input, value] : read_values(group, "grads")) {
    const Handle g = open(H5Oopen(group, ("grads/" + input).c_str(), H5P_DEFAULT), H5Oclose, input);
    c.gradients.emplace(input, GoldenGradient{value, text_attribute(g, "kind"), text_attribute(g, "source")});
  }
  return c;
}

}  // namespace

std::vector<GoldenCase> read_golden_cases(const std::string& path) {
  const Hdf5 library;
  const Handle file = open(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, path);
  const Handle group = open(H5Gopen(file, "cases", H5P_DEFAULT), H5Gclose, path);
  std::vector<GoldenCase> cases;
  for (const std::string& name : members(group)) cases.push_back(read_case(group, name));
  const Handle attribute = open(H5Aopen(file, "case_count", H5P_DEFAULT), H5Aclose, path);
  Index count = 0;
  io::check_hdf5(H5Aread(attribute, H5T_NATIVE_INT64, &count) >= 0, ErrorKind::data, "case_count");
  require(count == static_cast<Index>(cases.size()), path, " has ", cases.size(), " cases, not ", count);
  return cases;
}

}  // namespace spgrad::tests
