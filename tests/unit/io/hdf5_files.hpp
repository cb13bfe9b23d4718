// hdf5_files.hpp: folders that are gone after a test, and HDF5 files as other programs write them.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "io/types.hpp"
#include "spgrad/io.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {

using io::Handle;
using Body = std::function<void(World&, const std::string& folder)>;

/// body(world, folder) with a folder that all ranks see.
inline void with_folder(World& world, const Body& body) {
  std::string folder = (std::filesystem::temp_directory_path() / "spgrad_io_XXXXXX").string();
  if (world.rank() == 0 && !mkdtemp(folder.data())) throw Error("no temporary folder: " + folder, ErrorKind::io);
  const auto letters = world.gather_all(std::span<const char>(world.rank() == 0 ? folder : ""));
  folder.assign(letters.begin(), letters.end());
  const std::shared_ptr<void> remover(nullptr, [&, mine = world.rank() == 0](void*) {
    std::error_code ignored;
    if (mine) std::filesystem::remove_all(folder, ignored);
  });
  body(world, folder);
  world.barrier();
}

/// for_ranks with such a folder.
inline void in_folder(const Body& body) {
  for_ranks([&](World& world) { with_folder(world, body); });
}

/// Rank 0 does it while the others wait: all have left what they did before.
inline void once(World& world, const std::function<void()>& work) {
  world.barrier();
  world.together([&] {
    if (world.rank() == 0) work();
  });
}

/// Every rank must throw an Error of this kind whose message has all the fragments.
inline void expect_error(ErrorKind kind, const std::vector<std::string>& fragments, const std::function<void()>& work) {
  try {
    work();
    ADD_FAILURE() << "no Error, but one was wanted about: " << fragments.front();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), kind) << e.what();
    for (const std::string& fragment : fragments)
      EXPECT_NE(std::string(e.what()).find(fragment), std::string::npos) << e.what() << "\nlacks: " << fragment;
  }
}

inline std::string bytes_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void put_bytes(const std::string& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

/// Collective, so that nobody looks while rank 0 still cleans up.
inline std::vector<std::string> files_in(World& world, const std::string& folder) {
  world.barrier();
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

/// HDF5's names of types call the library: `types` names them, and is called while nobody else is in there.
template <class Types>
auto locked(Types&& types) {
  const io::Hdf5 library;
  return types();
}

/// An HDF5 file made by hand, for one rank.
class HandMade {
 public:
  /// `newest`: in the format that checks its structure by checksums.
  explicit HandMade(const std::string& file, bool newest = false) {
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    if (newest) H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    file_ = Handle(H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose);
  }
  hid_t id() const { return file_; }

  void group(const std::string& path) {
    Handle(H5Gcreate2(file_, path.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
  }

  /// A dataset of `stored` type with these sizes; `data` is of the type `memory`.
  void dataset(const std::string& path, hid_t stored, std::vector<hsize_t> sizes, hid_t memory, const void* data,
               hid_t properties = H5P_DEFAULT) {
    const Handle space(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), H5Sclose);
    const Handle id(H5Dcreate2(file_, path.c_str(), stored, space, H5P_DEFAULT, properties, H5P_DEFAULT), H5Dclose);
    if (id < 0 || (data && H5Dwrite(id, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0))
      throw Error("cannot make " + path);
  }
  void integers(const std::string& path, const std::vector<Index>& x, hid_t stored = H5T_STD_I64LE,
                hid_t properties = H5P_DEFAULT) {
    dataset(path, stored, {x.size()}, H5T_NATIVE_INT64, x.data(), properties);
  }
  void reals(const std::string& path, const std::vector<double>& x, hid_t stored = H5T_IEEE_F64LE,
             hid_t properties = H5P_DEFAULT) {
    dataset(path, stored, {x.size()}, H5T_NATIVE_DOUBLE, x.data(), properties);
  }

  void texts(const std::string& path) {
    const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type, 1);
    dataset(path, type, {5}, type, "abcde");
  }

  void attribute(const std::string& path, const char* name, const std::string& text) {  // of fixed length
    const Handle type(H5Tcopy(H5T_C_S1), H5Tclose), space(H5Screate(H5S_SCALAR), H5Sclose),
        object(H5Oopen(file_, path.c_str(), H5P_DEFAULT), H5Oclose);
    H5Tset_size(type, text.size());
    const Handle attribute(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    H5Awrite(attribute, type, text.data());
  }
  void attribute(const std::string& path, const char* name, const std::vector<Index>& x) {
    const hsize_t size = x.size();
    const Handle space(H5Screate_simple(1, &size, nullptr), H5Sclose),
        object(H5Oopen(file_, path.c_str(), H5P_DEFAULT), H5Oclose);
    const bool wide = std::ranges::any_of(x, [](Index each) { return each > INT32_MAX; });
    const Handle attribute(
        H5Acreate2(object, name, wide ? H5T_STD_I64LE : H5T_STD_I32BE, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    H5Awrite(attribute, H5T_NATIVE_INT64, x.data());
  }

  /// The group /X of a csr matrix of 3 x 4: [[1 . 2 .], [. . . .], [3 4 . 5]], unless told otherwise.
  struct Csr {
    std::vector<Index> indptr{0, 2, 2, 5}, indices{2, 0, 0, 1, 3};
    std::vector<double> data{2, 1, 3, 4, 5};
    std::vector<Index> shape{3, 4};
    std::string type = "csr_matrix";
    hid_t index_type = 0, data_type = 0, properties = H5P_DEFAULT;  // 0: int64, float64
  };
  void csr(const Csr& m) {
    group("/X");
    attribute("/X", "encoding-type", m.type);
    attribute("/X", "shape", m.shape);
    integers("/X/indptr", m.indptr, m.index_type ? m.index_type : H5T_STD_I64LE, m.properties);
    integers("/X/indices", m.indices, m.index_type ? m.index_type : H5T_STD_I64LE, m.properties);
    reals("/X/data", m.data, m.data_type ? m.data_type : H5T_IEEE_F64LE, m.properties);
  }

 private:
  io::Hdf5 library_;
  Handle file_;
};

}  // namespace spgrad::tests
