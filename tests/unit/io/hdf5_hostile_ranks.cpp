// Each hostile file is refused by name, in time, and within the memory that a small file may take.
#include <sys/resource.h>
#include <sys/wait.h>
#include <zlib.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <limits>
#include <thread>

#include "tests/unit/io/hdf5_files.hpp"
#include "tests/unit/io/hostile_files.hpp"

namespace spgrad::tests {
namespace {

/// While it lives this process may take so many bytes more than it has.
class MemoryLimit {
 public:
  explicit MemoryLimit(std::size_t more) {
    getrlimit(RLIMIT_AS, &before_);
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    rlimit now = before_;
    now.rlim_cur = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) + more;
    setrlimit(RLIMIT_AS, &now);
  }
  ~MemoryLimit() { setrlimit(RLIMIT_AS, &before_); }
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;

 private:
  rlimit before_{};
};

void look(World& world, const std::string& file, const std::string& path) {
  if (path.empty())
    io::list(world, file);
  else
    io::read(world, file, path);
}

TEST(Hdf5Hostile, EachFileIsRefusedInTimeAndWithinMemory) {
  for_ranks([](World& world) {
    if (world.size() > 3) return;
    with_folder(world, [](World& ranks, const std::string& folder) {
      ranks.barrier();
      const std::unique_ptr<MemoryLimit> limit(
          ranks.rank() == 0 || ranks.communicator() ? new MemoryLimit(std::size_t{512} << 20) : nullptr);
      for (const HostileFile& hostile : hostile_files()) {
        SCOPED_TRACE(hostile.name);
        const std::string file = folder + "/" + hostile.name.substr(hostile.name.rfind('/') + 1) + ".h5";
        once(ranks, [&] { hostile.make(file); });
        const auto start = std::chrono::steady_clock::now();
        std::vector<std::string> says = hostile.says;
        says.push_back(file);
        expect_error(hostile.kind, says, [&] { look(ranks, file, hostile.path); });
        EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
        once(ranks, [&] { std::filesystem::remove(file); });
      }
      ranks.barrier();
    });
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child process is left";
    world.barrier();
  });
}

TEST(Hdf5Hostile, TheFirstNaNIsNamedWhereItIsToBeRefused) {
  in_folder([](World& world, const std::string& folder) {
    const std::string file = folder + "/a.h5";
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    once(world, [&] {
      HandMade made(file);
      std::vector<double> data{2, 1, 3, kNaN, kNaN}, rows(60, 1.0);
      made.csr({.data = data});
      rows[31] = rows[57] = kNaN;
      made.dataset("/rows", H5T_IEEE_F32LE, {20, 3}, H5T_NATIVE_DOUBLE, rows.data());
      made.dataset("/line", H5T_IEEE_F64BE, {60}, H5T_NATIVE_DOUBLE, rows.data());
      made.dataset("/one", H5T_IEEE_F64LE, {}, H5T_NATIVE_DOUBLE, &kNaN);
      const Handle type = io::stored_type(DType::complex128);
      made.dataset("/z", type, {30}, type, rows.data());
    });
    const auto refused = [&](const std::string& path, const std::string& where) {
      io::read(world, file, path);
      expect_error(ErrorKind::data, {file, where + " is NaN"},
                   [&] { io::read(world, file, path, {.caution = {.nan = false}}); });
    };
    refused("/X", ": /X/data[3]");
    refused("/rows", ": /rows[10, 1]");
    refused("/line", ": /line[31]");
    refused("/one", ": /one");
    refused("/z", ": /z[15]");
  });
}

TEST(Hdf5Hostile, AFaultIsNamedWhicheverRankMeetsIt) {
  for_ranks([](World& world) {
    if (world.size() > 3) return;
    with_folder(world, [](World& ranks, const std::string& folder) {
      const std::string file = folder + "/a.h5";
      const auto refused = [&](auto change, const std::string& what) {
        once(ranks, [&] {
          HandMade::Csr m{.indptr = {0, 2, 4, 6, 8, 10, 12}, .indices = {}, .data = {}, .shape = {6, 5}};
          for (Index p = 0; p < 12; ++p) m.indices.push_back(p % 5), m.data.push_back(1.0);
          change(m);
          HandMade(file).csr(m);
        });
        expect_error(ErrorKind::data, {file, what}, [&] { io::read(ranks, file, "/X", {.caution = {.nan = false}}); });
      };
      for (std::size_t p = 0; p < 12; ++p) {
        refused([p](HandMade::Csr& m) { m.indices[p] = p % 2 ? 5 : -1; },
                text("/X/indices[", p, "] is ", p % 2 ? "5" : "-1", ", but the matrix has 5 columns"));
        refused([p](HandMade::Csr& m) { m.data[p] = std::numeric_limits<double>::quiet_NaN(); },
                text("/X/data[", p, "] is NaN"));
      }
      for (std::size_t i = 0; i <= 6; ++i)
        refused([i](HandMade::Csr& m) { m.indptr[i] = 99; }, text("/X/indptr[", i, "] is 99"));
    });
  });
}

TEST(Hdf5Hostile, WhatExpandsIsReadWhereThatIsAllowed) {
  in_folder([](World& world, const std::string& folder) {
    const std::string file = folder + "/a.h5";
    constexpr hsize_t kRows = hsize_t{300} << 20;
    once(world, [&] {
      HandMade made(file);
      const Handle p(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
      const hsize_t chunk = hsize_t{10} << 20;
      H5Pset_chunk(p, 1, &chunk);
      H5Pset_deflate(p, 1);
      made.dataset("/bytes", H5T_STD_U8LE, {kRows}, H5T_NATIVE_UINT8, nullptr, p);
      const Handle d(H5Dopen2(made.id(), "/bytes", H5P_DEFAULT), H5Dclose);
      std::string packed(1 << 20, '\0');
      uLongf size = packed.size();
      const std::string ones(chunk, '\1');
      compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(ones.data()),
                ones.size(), 9);
      for (hsize_t at = 0; at < kRows; at += chunk) H5Dwrite_chunk(d, H5P_DEFAULT, 0, &at, size, packed.data());
    });
    expect_error(ErrorKind::data, {file, "/bytes", "--expansion"}, [&] { io::read(world, file, "/bytes"); });
    if (world.size() > 1) return;  // it takes its time
    EXPECT_EQ(io::read(world, file, "/bytes", {.caution = {.expansion = 0}}).shape(), Shape{static_cast<Index>(kRows)});
  });
}

TEST(Hdf5Hostile, AFileThatChangesMeanwhileIsNotBelieved) {
  in_folder([](World& world, const std::string& folder) {
    const std::string file = folder + "/a.h5";
    once(world, [&] { HandMade(file).csr({}); });
    std::atomic<bool> done = false;
    std::thread other([&] {
      while (world.rank() == 0 && !done)
        std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now());
    });
    world.barrier();
    expect_error(ErrorKind::io, {file, "changed while it was read"}, [&] {
      for (int k = 0; k < 10; ++k) io::read(world, file, "/X");
    });
    done = true;
    other.join();
    world.barrier();
    EXPECT_EQ(io::read(world, file, "/X").shape(), Shape({3, 4}));
  });
}

}  // namespace
}  // namespace spgrad::tests
