// Broken, hostile and missing files: one Error of the right kind on every rank, never a crash, a hang or wrong numbers.
#include <sys/stat.h>

#include "tests/unit/comm/matrices.hpp"
#include "tests/unit/io/hdf5_files.hpp"

namespace spgrad::tests {
namespace {

using Csr = HandMade::Csr;

void refuses(World& world, const std::string& file, ErrorKind kind, std::vector<std::string> fragments,
             const std::string& path = "/X") {
  fragments.push_back(file);
  expect_error(kind, fragments, [&] { io::read(world, file, path); });
}

void refuses(World& world, const std::string& folder, const Csr& broken, const std::vector<std::string>& fragments) {
  once(world, [&] { HandMade(folder + "/a.h5").csr(broken); });
  refuses(world, folder + "/a.h5", ErrorKind::data, fragments);
}

TEST(Hdf5Broken, FilesThatAreNone) {
  in_folder([](World& world, const std::string& folder) {
    refuses(world, folder + "/missing.h5", ErrorKind::io, {"No such file"});
    refuses(world, folder, ErrorKind::io, {"not a regular file"});
    once(world, [&] {
      put_bytes(folder + "/empty.h5", "");
      put_bytes(folder + "/text.h5", "1 2:3\n" + std::string(5000, ' '));
      mkfifo((folder + "/pipe.h5").c_str(), 0600);
      HandMade(folder + "/a.h5").csr({});
    });
    refuses(world, folder + "/empty.h5", ErrorKind::data, {"is not an HDF5 file"});
    refuses(world, folder + "/text.h5", ErrorKind::data, {"is not an HDF5 file"});
    refuses(world, folder + "/pipe.h5", ErrorKind::io, {"not a regular file"});
    refuses(world, folder + "/a.h5", ErrorKind::data, {"has no /Y"}, "/Y");
    refuses(world, folder + "/a.h5", ErrorKind::data, {"has no /X/data/x"}, "/X/data/x");
    refuses(world, folder + "/a.h5", ErrorKind::data, {"/ is a group without data"}, "/");
  });
}

TEST(Hdf5Broken, OffsetsThatCannotBe) {
  in_folder([](World& world, const std::string& folder) {
    refuses(world, folder, {.indptr = {1, 2, 2, 5}}, {"/X/indptr[0] is 1, not 0"});
    refuses(world, folder, {.indptr = {0, 3, 2, 5}}, {"/X/indptr[2] is 2, less than the 3"});
    refuses(world, folder, {.indptr = {0, 2, 2, 4}}, {"/X/indptr[3] is 4", "5 entries"});
    refuses(world, folder, {.indptr = {0, 2, 9, 5}}, {"/X/indptr[2] is 9", "5 entries"});
    refuses(world, folder, {.indptr = {0, -2, 2, 5}}, {"/X/indptr[1] is -2"});
    refuses(world, folder, {.indptr = {0, 2, 5}}, {"/X", "indptr", "3 + 1", "has 3"});
    refuses(world, folder, {.indptr = {0, 2, 2, 2, 5}}, {"/X", "indptr", "3 + 1", "has 5"});
  });
}

TEST(Hdf5Broken, IndicesOutOfRange) {
  in_folder([](World& world, const std::string& folder) {
    refuses(world, folder, {.indices = {2, 0, 0, 4, 3}}, {"/X/indices[3] is 4", "4 columns"});
    refuses(world, folder, {.indices = {2, 0, 0, 1, -1}}, {"/X/indices[4] is -1", "4 columns"});
    refuses(world, folder, {.indices = {2, 0, 0, 1, Index{1} << 40}}, {"/X/indices[4] is 1099511627776"});
    refuses(world, folder, {.indptr = {0, 2, 2, 3, 5}, .indices = {2, 0, 3, 1, 2}, .type = "csc_matrix"},
            {"/X/indices[2] is 3", "3 rows"});
    once(world, [&] {  // beyond int64
      HandMade file(folder + "/a.h5");
      file.csr({});
      H5Ldelete(file.id(), "/X/indices", H5P_DEFAULT);
      const std::vector<std::uint64_t> indices{2, 0, 0, 1, 1ull << 63};
      file.dataset("/X/indices", H5T_STD_U64LE, {5}, H5T_NATIVE_UINT64, indices.data());
    });
    refuses(world, folder + "/a.h5", ErrorKind::data, {"/X/indices[4] is 9223372036854775808"});
  });
}

TEST(Hdf5Broken, PiecesThatAreMissingOrOfAnotherKind) {
  in_folder([](World& world, const std::string& folder) {
    const std::string name = folder + "/a.h5";
    refuses(world, folder, {.data = {1, 2, 3, 4}}, {"/X", "4 entries in data", "5 in indices"});
    refuses(world, folder, {.type = "coo_matrix"}, {"/X", "is encoded as \"coo_matrix\"", "csr and csc"});
    refuses(world, folder, {.shape = {3}}, {"/X", "shape"});
    refuses(world, folder, {.shape = {-3, 4}}, {"/X", "(-3 x 4)"});
    refuses(world, folder, {.index_type = locked([] { return H5T_IEEE_F64LE; })}, {"/X/indices", "float64"});
    const std::vector<double> six(6, 0.0);
    const auto changed = [&](const std::string& path, const std::function<void(HandMade&)>& put) {
      once(world, [&] {
        HandMade file(name);
        file.csr({});
        H5Ldelete(file.id(), path.c_str(), H5P_DEFAULT);
        put(file);
      });
    };
    for (const std::string path : {"/X/data", "/X/indices", "/X/indptr"}) {
      changed(path, [](HandMade&) {});
      refuses(world, name, ErrorKind::data, {"has no " + path});
      changed(path, [&](HandMade& file) { file.group(path); });
      refuses(world, name, ErrorKind::data, {path + " is a group"});
      changed(path, [&](HandMade& file) { file.dataset(path, H5T_STD_I32LE, {2, 3}, H5T_NATIVE_DOUBLE, six.data()); });
      refuses(world, name, ErrorKind::data, {path, "2 axes"});
      changed(path,
              [&](HandMade& file) { H5Lcreate_soft("/X/other", file.id(), path.c_str(), H5P_DEFAULT, H5P_DEFAULT); });
      refuses(world, name, ErrorKind::data, {path, "link"});
      changed(path, [&](HandMade& file) {
        H5Lcreate_external("b.h5", path.c_str(), file.id(), path.c_str(), H5P_DEFAULT, H5P_DEFAULT);
      });
      refuses(world, name, ErrorKind::data, {path, "link"});
      changed(path, [&](HandMade& file) { file.texts(path); });
      refuses(world, name, ErrorKind::data, {path, "neither numbers nor bools"});
    }
  });
}

TEST(Hdf5Broken, ArraysOfTheWrongKind) {
  in_folder([](World& world, const std::string& folder) {
    const std::string name = folder + "/a.h5";
    once(world, [&] {
      HandMade file(name);
      const std::vector<double> eight(8, 1.0);
      const std::vector<unsigned char> two{0, 2};
      file.dataset("/cube", H5T_IEEE_F64LE, {2, 2, 2}, H5T_NATIVE_DOUBLE, eight.data());
      file.dataset("/long", H5T_NATIVE_LDOUBLE, {2}, H5T_NATIVE_DOUBLE, eight.data());
      file.dataset("/bits", H5T_STD_B8LE, {2}, H5T_NATIVE_B8, two.data());
      const Handle null(H5Screate(H5S_NULL), H5Sclose);
      Handle(H5Dcreate2(file.id(), "/null", H5T_IEEE_F64LE, null, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose);
    });
    refuses(world, name, ErrorKind::data, {"/cube has 3 axes"}, "/cube");
    refuses(world, name, ErrorKind::data, {"/long", "neither"}, "/long");
    refuses(world, name, ErrorKind::data, {"/null", "neither"}, "/null");
    refuses(world, name, ErrorKind::data, {"/bits has the value 2 in row 1"}, "/bits");
  });
}

TEST(Hdf5Broken, DataThatIsElsewhereOrNowhere) {
  in_folder([](World& world, const std::string& folder) {
    const std::string name = folder + "/a.h5";
    once(world, [&] {
      put_bytes(folder + "/secret", std::string(800, 's'));
      HandMade file(name);
      const hsize_t size = 100, huge = hsize_t{1} << 50, chunk = 100;
      const Handle outside(H5Pcreate(H5P_DATASET_CREATE), H5Pclose), chunked(H5Pcreate(H5P_DATASET_CREATE), H5Pclose),
          deflated(H5Pcreate(H5P_DATASET_CREATE), H5Pclose), virtually(H5Pcreate(H5P_DATASET_CREATE), H5Pclose),
          space(H5Screate_simple(1, &size, nullptr), H5Sclose), scaled(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
      H5Pset_external(outside, (folder + "/secret").c_str(), 0, 800);
      file.dataset("/outside", H5T_IEEE_F64LE, {size}, H5T_NATIVE_DOUBLE, nullptr, outside);
      H5Pset_virtual(virtually, space, (folder + "/b.h5").c_str(), "/X", space);
      file.dataset("/virtual", H5T_IEEE_F64LE, {size}, H5T_NATIVE_DOUBLE, nullptr, virtually);
      H5Pset_chunk(chunked, 1, &chunk);
      file.dataset("/huge", H5T_IEEE_F64LE, {huge}, H5T_NATIVE_DOUBLE, nullptr, chunked);
      H5Pset_chunk(deflated, 1, &chunk);
      H5Pset_deflate(deflated, 9);
      file.dataset("/bomb", H5T_IEEE_F64LE, {huge}, H5T_NATIVE_DOUBLE, nullptr, deflated);
      file.dataset("/never", H5T_IEEE_F64LE, {size}, H5T_NATIVE_DOUBLE, nullptr);
      H5Pset_chunk(scaled, 1, &chunk);
      H5Pset_scaleoffset(scaled, H5Z_SO_INT, 0);
      file.dataset("/scaled", H5T_STD_I32LE, {size}, H5T_NATIVE_DOUBLE, nullptr, scaled);
    });
    refuses(world, name, ErrorKind::data, {"/outside", "another file"}, "/outside");
    refuses(world, name, ErrorKind::data, {"/virtual", "virtual"}, "/virtual");
    refuses(world, name, ErrorKind::data, {"/huge", "only 0 are stored"}, "/huge");
    refuses(world, name, ErrorKind::data, {"/bomb", "only 0 are stored"}, "/bomb");
    refuses(world, name, ErrorKind::data, {"/never", "never written"}, "/never");
    refuses(world, name, ErrorKind::data, {"/scaled", "filter"}, "/scaled");
  });
}

TEST(Hdf5Broken, TruncatedAnywhere) {
  in_folder([](World& world, const std::string& folder) {
    once(world, [&] { HandMade(folder + "/whole.h5").csr({}); });
    const std::string whole = bytes_of(folder + "/whole.h5"), name = folder + "/a.h5";
    for (int k = 0; k < 20; ++k) {
      once(world, [&] { put_bytes(name, whole.substr(0, whole.size() * static_cast<std::size_t>(k) / 20)); });
      refuses(world, name, ErrorKind::data, {name});
    }
  });
}

/// HDF5 1.10.8 itself, h5dump and h5ls too, die of this file.
TEST(Hdf5Broken, AFileThatCrashesHdf5) {
  for_ranks([](World& world) {
    const std::string file = SPGRAD_SOURCE_DIR "/tests/io/fixtures/hdf5_1.10.8_segv.h5";
    for (const std::string path : {"/X", "/A", "/data"})
      expect_error(ErrorKind::data, {file}, [&] { io::read(world, file, path); });
    if (world.rank() == 0) expect_error(ErrorKind::data, {file}, [&] { io::list(file); });
    world.barrier();
  });
}

TEST(Hdf5Write, WhereItCannot) {
  in_folder([](World& world, const std::string& folder) {
    const Value v = zeros(3);
    const auto refused = [&](const std::string& file, ErrorKind kind, const std::vector<std::string>& fragments,
                             bool append = false) {
      expect_error(kind, fragments, [&] { io::write(world, file, {{"/X", v}}, append); });
    };
    once(world, [&] {
      put_bytes(folder + "/text", "no HDF5");
      HandMade(folder + "/linked.h5").csr({});
    });
    refused(folder + "/none/a.h5", ErrorKind::io, {"No such file"});
    refused(folder + "/text/a.h5", ErrorKind::io, {"Not a directory"});
    refused("/proc/a.h5", ErrorKind::io, {"/proc/a.h5"});
    refused(folder, ErrorKind::io, {"not a regular file"});
    refused(folder + "/text", ErrorKind::data, {"not an HDF5 file"}, true);
    EXPECT_EQ(bytes_of(folder + "/text"), "no HDF5");
    expect_error(ErrorKind::data, {"/X", "/X/data"}, [&] {
      io::write(world, folder + "/a.h5", {{"/X", v}, {"X/data", v}});
    });
    for (const std::string path : {"", "/", "/a//b", "/a/../b", "/a/"})
      expect_error(ErrorKind::data, {path}, [&] { io::write(world, folder + "/a.h5", {{path, v}}); });
    EXPECT_EQ(files_in(world, folder), (std::vector<std::string>{"linked.h5", "text"}));
  });
}

}  // namespace
}  // namespace spgrad::tests
