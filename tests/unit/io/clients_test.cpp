// Other tools open what is written here, and their files are read: tests/io/clients_test.py is the other side.
#include <sys/wait.h>

#include "tests/unit/comm/matrices.hpp"
#include "tests/unit/io/hdf5_files.hpp"

namespace spgrad::tests {
namespace {

constexpr int kSkipped = 77;

/// The script's exit code, run by a Python that has h5py: the first one on the path, or the system's.
int client(const std::string& command, const std::string& file) {
  int code = kSkipped;
  for (const char* python : {"python3", "/usr/bin/python3"}) {
    const std::string script = "'" SPGRAD_SOURCE_DIR "/tests/io/clients_test.py' ";
    const int status = std::system(text(python, " ", script, command, " '", file, "'").c_str());
    code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (code == 0) break;
  }
  return code;
}

template <class T>
void fill(std::span<T> data, Index first) {
  for (T& x : data) {
    if constexpr (is_complex_v<T>)
      x = T(static_cast<typename T::value_type>(first), static_cast<typename T::value_type>(10 * first));
    else
      x = static_cast<T>(first);
    ++first;
  }
}

/// The contents that the script knows.
std::vector<std::pair<std::string, Value>> contents(World& world) {
  std::vector<std::pair<std::string, Value>> values{{"/scalar", Value::scalar_of(2.5)}};
  const Layout two = Layout::even(2, world.size()), five = Layout::even(5, world.size()),
               four = Layout::even(4, world.size());
  const std::vector<Index> indptr{0, 2, 2, 5, 5, 6}, indices{0, 3, 2, 1, 2, 0};
  const auto begin = static_cast<std::size_t>(five.begin(world.rank())),
             end = static_cast<std::size_t>(five.end(world.rank()));
  std::vector<Index> mine(indptr.begin() + five.begin(world.rank()), indptr.begin() + five.end(world.rank()) + 1);
  for (Index& offset : mine) offset -= indptr[begin];
  const auto sparsity =
      make_sparsity(world, five, four, mine,
                    std::span(indices).subspan(static_cast<std::size_t>(indptr[begin]),
                                               static_cast<std::size_t>(indptr[end] - indptr[begin])));
  for (int k = 0; k < kDTypes; ++k)
    dispatch(static_cast<DType>(k), [&]<class T>() {
      const Value dense = Value::dense(dtype_of<T>(), {2, 3}, 0, two, world.rank());
      fill(dense.data<T>(), 3 * two.begin(world.rank()));
      values.emplace_back(text("/dense/", dtype_of<T>()), dense);
      for (const Format format : {Format::csr, Format::csc}) {
        const Value sparse = Value::sparse(dtype_of<T>(), format, sparsity);
        fill(sparse.data<T>(), indptr[begin]);
        values.emplace_back(text('/', format, '/', dtype_of<T>()), sparse);
      }
    });
  return values;
}

TEST(Clients, OpenWhatIsWrittenHere) {
  with_folder(*comm::solo_world(), [](World&, const std::string& folder) {
    on_ranks(3, [&](World& world) { io::write(world, folder + "/a.h5", contents(world)); });
    const int code = client("read", folder + "/a.h5");
    if (code == kSkipped) GTEST_SKIP() << "no h5py or SciPy here";
    EXPECT_EQ(code, 0);
  });
}

TEST(Clients, WriteWhatIsReadHere) {
  with_folder(*comm::solo_world(), [](World&, const std::string& folder) {
    const int code = client("write", folder + "/a.h5");
    if (code == kSkipped) GTEST_SKIP() << "no h5py or SciPy here";
    EXPECT_EQ(code, 0);
    on_ranks(3, [&](World& world) {
      for (const auto& [path, value] : contents(world)) {
        if (path == "/scalar") continue;
        const Value there = io::read(world, folder + "/a.h5", path);
        EXPECT_EQ(text(there), text(value)) << path;
        EXPECT_TRUE(std::ranges::equal(there.bytes(), value.bytes())) << path;
        if (value.is_sparse()) {
          EXPECT_EQ(there.sparsity()->fingerprint, value.sparsity()->fingerprint) << path;
        }
      }
    });
  });
}

}  // namespace
}  // namespace spgrad::tests
