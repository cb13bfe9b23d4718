// Files of other programs: other types, layouts and attributes.
#include "tests/unit/comm/matrices.hpp"
#include "tests/unit/io/hdf5_files.hpp"

namespace spgrad::tests {
namespace {

using Csr = HandMade::Csr;

const std::vector<Entry> kEntries{{0, 2, 2.0}, {0, 0, 1.0}, {2, 0, 3.0}, {2, 1, 4.0}, {2, 3, 5.0}};

void expect_entries(World& world, const std::string& file, const std::vector<Entry>& wanted = kEntries) {
  const Value X = io::read(world, file, "/X");
  EXPECT_EQ(stored(world, X), wanted) << X;
}

TEST(Hdf5Foreign, IndicesOfEveryIntegerTypeAndOrder) {
  in_folder([](World& world, const std::string& folder) {
    const auto types = locked([] {
      return std::vector{H5T_STD_I8LE, H5T_STD_I8BE,  H5T_STD_I16BE, H5T_STD_I32LE, H5T_STD_I32BE, H5T_STD_I64BE,
                         H5T_STD_U8LE, H5T_STD_U16LE, H5T_STD_U32BE, H5T_STD_U64LE, H5T_STD_U64BE};
    });
    for (const hid_t type : types) {
      once(world, [&] { HandMade(folder + "/a.h5").csr({.index_type = type}); });
      expect_entries(world, folder + "/a.h5");
    }
  });
}

TEST(Hdf5Foreign, DataOfOtherOrderAndPrecision) {
  in_folder([](World& world, const std::string& folder) {
    const Handle half = locked([] {
      Handle type(H5Tcopy(H5T_IEEE_F32LE), H5Tclose);
      H5Tset_fields(type, 15, 10, 5, 0, 10);
      H5Tset_ebias(type, 15);
      H5Tset_size(type, 2);
      return type;
    });
    const auto types = locked([&] {
      return std::vector<hid_t>{H5T_IEEE_F32LE, H5T_IEEE_F32BE, H5T_IEEE_F64BE, H5T_STD_I16BE, H5T_STD_U8LE, half};
    });
    for (const hid_t type : types) {
      once(world, [&] { HandMade(folder + "/a.h5").csr({.data_type = type}); });
      expect_entries(world, folder + "/a.h5");
    }
    EXPECT_EQ(io::read(world, folder + "/a.h5", "/X").dtype(), DType::float32);
  });
}

TEST(Hdf5Foreign, ChunkedAndCompressed) {
  in_folder([](World& world, const std::string& folder) {
    // In every usual order, and in types of an odd number of bytes a chunk.
    const auto types = locked([] { return std::vector{H5T_IEEE_F64LE, H5T_IEEE_F32BE, H5T_STD_I8LE, H5T_STD_U16BE}; });
    for (const std::string filters : {"", "s", "d", "f", "sd", "sdf", "fd", "fsd", "sf"})
      for (const hid_t type : types) {
        SCOPED_TRACE(filters);
        once(world, [&] {
          const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
          const hsize_t chunk = 3;
          H5Pset_chunk(properties, 1, &chunk);
          for (const char filter : filters) {
            if (filter == 's') H5Pset_shuffle(properties);
            if (filter == 'd') H5Pset_deflate(properties, 6);
            if (filter == 'f') H5Pset_fletcher32(properties);
          }
          HandMade(folder + "/a.h5").csr({.data_type = type, .properties = properties});
        });
        expect_entries(world, folder + "/a.h5");
      }
  });
}

TEST(Hdf5Foreign, ChunksOfMatricesInTiles) {
  in_folder([](World& world, const std::string& folder) {
    const std::string name = folder + "/a.h5";
    constexpr hsize_t kRows = 23, kColumns = 14;
    once(world, [&] {
      const Handle p(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
      const hsize_t tile[]{5, 4};
      H5Pset_chunk(p, 2, tile);
      H5Pset_shuffle(p);
      H5Pset_deflate(p, 6);
      std::vector<double> x(kRows * kColumns);
      for (std::size_t k = 0; k < x.size(); ++k) x[k] = static_cast<double>(k);
      HandMade(name).dataset("/X", H5T_IEEE_F64BE, {kRows, kColumns}, H5T_NATIVE_DOUBLE, x.data(), p);
    });
    const Value all = gather_all(world, io::read(world, name, "/X"));
    EXPECT_EQ(all.shape(), Shape({kRows, kColumns}));
    for (std::size_t k = 0; k < all.data<double>().size(); ++k)
      EXPECT_EQ(all.data<double>()[k], static_cast<double>(k));
  });
}

TEST(Hdf5Foreign, ShapeAsDatasetFormatFromTheNumberOfOffsets) {
  in_folder([](World& world, const std::string& folder) {
    const auto bare = [&](const std::vector<Index>& shape) {
      HandMade file(folder + "/a.h5");
      file.group("/X");
      file.integers("/X/indptr", {0, 2, 2, 5});
      file.integers("/X/indices", {2, 0, 0, 1, 3});
      file.reals("/X/data", {2, 1, 3, 4, 5});
      file.integers("/X/shape", shape, H5T_STD_U32LE);
    };
    once(world, [&] { bare({3, 4}); });
    expect_entries(world, folder + "/a.h5");
    once(world, [&] { bare({4, 3}); });
    expect_entries(world, folder + "/a.h5", {{2, 0, 2.0}, {0, 0, 1.0}, {0, 2, 3.0}, {1, 2, 4.0}, {3, 2, 5.0}});
    once(world, [&] { bare({3, 3}); });
    expect_error(ErrorKind::data, {"/X", "square", "encoding-type"}, [&] { io::read(world, folder + "/a.h5", "/X"); });
  });
}

TEST(Hdf5Foreign, ComplexOfOtherNamesAndBoolsAsBits) {
  in_folder([](World& world, const std::string& folder) {
    const std::string name = folder + "/a.h5";
    const std::vector<std::complex<float>> z{{1, 2}, {3, -4}};
    const std::vector<unsigned char> b{1, 0, 1};
    once(world, [&] {
      HandMade file(name);
      const auto compound = [](const char* re, const char* im, hid_t part, std::size_t size) {
        Handle type(H5Tcreate(H5T_COMPOUND, 2 * size), H5Tclose);
        H5Tinsert(type, re, 0, part);
        H5Tinsert(type, im, size, part);
        return type;
      };
      file.dataset("/z", compound("real", "imag", H5T_IEEE_F64BE, 8), {2},
                   compound("real", "imag", H5T_NATIVE_FLOAT, 4), z.data());
      file.dataset("/b", H5T_STD_B8LE, {3}, H5T_NATIVE_B8, b.data());
    });
    const Value there = gather_all(world, io::read(world, name, "/z")),
                bools = gather_all(world, io::read(world, name, "/b"));
    EXPECT_EQ(there.dtype(), DType::complex128);
    EXPECT_EQ(there.data<std::complex<double>>()[1], std::complex<double>(3, -4));
    EXPECT_EQ(bools.dtype(), DType::bool_);
    EXPECT_EQ(std::vector<bool>(bools.data<bool>().begin(), bools.data<bool>().end()),
              (std::vector{true, false, true}));
  });
}

TEST(Hdf5List, WalksGroupsAndPassesOverWhatIsNoNumber) {
  with_folder(*comm::solo_world(), [](World&, const std::string& folder) {
    const std::string name = folder + "/a.h5";
    {
      HandMade file(name);
      file.csr({});
      file.group("/obs");
      file.reals("/obs/b", {1, 2});
      file.integers("/obs/a", {1, 2, 3}, H5T_STD_I16LE);
      file.texts("/obs/names");
      H5Lcreate_hard(file.id(), "/obs", file.id(), "/obs/self", H5P_DEFAULT, H5P_DEFAULT);  // a group within itself
      H5Lcreate_external("/etc/passwd", "/", file.id(), "/outside", H5P_DEFAULT, H5P_DEFAULT);
      H5Lcreate_soft("/X", file.id(), "/soft", H5P_DEFAULT, H5P_DEFAULT);
    }
    const auto entries = io::list(name);
    ASSERT_EQ(entries.size(), 3u);
    EXPECT_EQ(entries[0].path, "/X");
    EXPECT_EQ(entries[0].format, Format::csr);
    EXPECT_EQ(entries[0].nnz, 5);
    EXPECT_EQ(entries[1].path, "/obs/a");
    EXPECT_EQ(entries[1].dtype, DType::int16);
    EXPECT_EQ(entries[2].path, "/obs/b");
  });
}

}  // namespace
}  // namespace spgrad::tests
