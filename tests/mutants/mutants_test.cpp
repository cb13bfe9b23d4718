// Damaged files of every layout: an Error that names the file, or a sound value; the right one where checksums guard
// all of it. No crash, no hang, nothing left open, and no more memory than such a file may take.
//
// By hand, with other seeds: SPGRAD_SEED=1000000 SPGRAD_COUNT=100000 tests_pretended --gtest_filter='Mutants.*'
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "io/hdf5.hpp"
#include "spgrad/io.hpp"
#include "src/comm/world.hpp"
#include "tests/mutants/mutate.hpp"
#include "tests/mutants/originals.hpp"
#include "tests/mutants/worker.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/seeds.hpp"

namespace spgrad::tests {
namespace {

/// All that a value holds, for one rank.
std::string content_of(const Value& v) {
  std::ostringstream out;
  out << v.dtype() << v.format() << v.shape();
  if (v.is_sparse()) {
    const Sparsity& s = *v.sparsity();
    for (const Index offset : s.indptr) out << ' ' << offset;
    for (const LocalIndex j : s.indices) out << ' ' << s.global_minor(j);
  }
  return out.str() + std::string(reinterpret_cast<const char*>(v.bytes().data()), v.bytes().size());
}

std::vector<Value> read(World& world, const Original& original, const std::string& file) {
  if (!original.path.empty()) return {io::read(world, file, original.path)};
  const io::Imported in = io::read_text(world, file);
  return in.labels ? std::vector{in.matrix, *in.labels} : std::vector{in.matrix};
}

std::string content_of(const std::vector<Value>& values) {
  std::string all;
  for (const Value& v : values) all += content_of(v);
  return all;
}

Index open_things() {
  const io::Hdf5 library;
  const auto files = std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  return files + H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL);
}

/// What is wrong about how `bytes` are read by one rank, if anything.
std::string judged(const Original& original, const std::string& bytes, const std::string& right) {
  static const std::unique_ptr<World> alone = comm::solo_world();
  const MemoryFile file(bytes.data(), bytes.size());
  try {
    const std::vector<Value> values = read(*alone, original, file.name());
    for (const Value& v : values)
      if (!is_sound(v)) return "an unsound value";
    if (original.guarded && content_of(values) != right) return "another value, though checksums guard it";
  } catch (const Error& e) {
    const std::string what = e.what();
    if (e.kind() != ErrorKind::data) return "an Error that is not about the data: " + what;
    if (what.find(file.name()) == what.npos) return "an Error that names no file: " + what;
  } catch (const std::exception& e) {
    return text("another exception: ", e.what());
  }
  return "";
}

/// The same for two ranks: they agree on it, or the job hangs or throws something else.
std::string judged_by_two(const Original& original, const std::string& bytes) {
  const MemoryFile file(bytes.data(), bytes.size());
  try {
    comm::pretend(2, [&](World& world) {
      for (const Value& v : read(world, original, file.name()))
        if (!is_sound(v)) throw std::runtime_error("an unsound value on one of two ranks");
    });
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::data) return text("an Error that is not about the data, on two ranks: ", e.what());
  } catch (const std::exception& e) {
    return e.what();
  }
  return "";
}

std::string check(const std::vector<Original>& all, const std::vector<std::string>& right, unsigned seed) {
  std::mt19937 random(seed);
  const std::size_t which = seed % all.size();
  const std::string bytes = mutated(all[which].bytes, random);
  if (const char* keep = std::getenv("SPGRAD_KEEP")) std::ofstream(keep, std::ios::binary) << bytes;
  const Index before = open_things();
  std::string wrong = judged(all[which], bytes, right[which]);
  if (wrong.empty() && seed % 7 == 0) wrong = judged_by_two(all[which], bytes);
  if (wrong.empty() && open_things() != before) wrong = "files or HDF5 objects stay open";
  if (wrong.empty() && waitpid(-1, nullptr, WNOHANG) != -1) wrong = "a child process is left";
  return wrong.empty() ? "" : all[which].name + ": " + wrong;
}

TEST(Mutants, AreRefusedOrSound) {
  const std::vector<Original> all = originals();
  std::vector<std::string> right;
  for (const Original& original : all) {
    const MemoryFile file(original.bytes.data(), original.bytes.size());
    right.push_back(content_of(read(*comm::solo_world(), original, file.name())));
  }
  const Seeds seeds = seeds_or({1, 5000});
  constexpr WorkerLimits kLimits{.memory = std::size_t{512} << 20, .seconds = 20};
  for (const std::string& complaint :
       complaints_of(seeds.first, seeds.count, kLimits, [&](unsigned seed) { return check(all, right, seed); }))
    ADD_FAILURE() << "seed " << complaint;
}

}  // namespace
}  // namespace spgrad::tests
