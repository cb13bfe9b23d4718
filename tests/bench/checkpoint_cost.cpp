// checkpoint_cost.cpp: a whole save beside the plain write of the same bytes, in pairs.
//   mpirun -n 2 checkpoint_cost FOLDER [MEGABYTES [PAIRS]]
// A plain write: every rank writes its share of one file with pwrite, then fsync. Prints medians, and the median of the
// ratios; and for how long a save beside the next steps keeps its caller, at its beginning and its end.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <numeric>

#include "spgrad/spgrad.hpp"
#include "src/comm/world.hpp"

using namespace spgrad;

namespace {

double seconds(World& world, const std::function<void()>& work) {
  world.barrier();
  const auto began = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  return world.reduce(took.count(), comm::Combine::max);
}

void plain_write(World& world, const std::string& file, const Value& x) {
  world.together([&] {
    const int fd = open(file.c_str(), O_WRONLY | O_CREAT, 0666);
    if (fd < 0) fail(ErrorKind::io, file, " cannot be opened");
    const auto bytes = x.bytes();
    const Index first = x.layout().begin(x.rank()) * static_cast<Index>(sizeof(double));
    for (std::size_t at = 0; at < bytes.size();) {
      const ssize_t n = pwrite(fd, bytes.data() + at, bytes.size() - at, first + static_cast<Index>(at));
      if (n <= 0) fail(ErrorKind::io, file, " cannot be written");
      at += static_cast<std::size_t>(n);
    }
    if (fsync(fd) != 0 || close(fd) != 0) fail(ErrorKind::io, file, " cannot be synced");
  });
}

/// Of a save beside nothing else: the time that is not spent waiting.
double beside(World& world, const std::string& folder, const io::Snapshot& snapshot) {
  std::unique_ptr<io::Saving> saving;
  const double begin = seconds(world, [&] { saving = std::make_unique<io::Saving>(world, folder, snapshot, 1); });
  while (!saving->done()) usleep(1000);
  return begin + seconds(world, [&] { saving->finish(); });
}

double median(std::vector<double> x) {
  std::ranges::sort(x);
  return x[x.size() / 2];
}

int measure(Session& session, const std::string& folder, Index megabytes, int pairs) {
  World& world = session.world();
  const Index n = megabytes * 1000000 / static_cast<Index>(sizeof(double));
  const Value x = Value::dense(DType::float64, {n}, 0, Layout::even(n, world.size()), world.rank());
  std::iota(x.data<double>().begin(), x.data<double>().end(), 0.0);
  const io::CheckpointLock lock = io::prepare_checkpoints(world, folder);
  std::vector<double> plain, save, ratio, kept;
  for (int pair = 0; pair < pairs; ++pair) {
    const std::string file = folder + "/plain";
    plain.push_back(seconds(world, [&] { plain_write(world, file, x); }));
    save.push_back(seconds(world, [&] { io::save_checkpoint(world, folder, {pair, {}, {{"/x", x}}}, 1); }));
    ratio.push_back(save.back() / plain.back());
    kept.push_back(beside(world, folder, {pairs + pair, {}, {{"/x", x}}}));
    world.together([&] {
      if (world.rank() == 0) std::filesystem::remove(file);
    });
  }
  session.print(session.ranks(), " ranks, ", megabytes, " MB, ", pairs, " pairs: plain ", median(plain), " s, save ",
                median(save), " s, ratio ", median(ratio), "; beside steps ", median(kept), " s");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Session session(argc, argv);
  return session.run([&] {
    if (argc < 2) fail(ErrorKind::usage, "usage: checkpoint_cost FOLDER [MEGABYTES [PAIRS]]");
    return measure(session, argv[1], argc > 2 ? std::atoi(argv[2]) : 100, argc > 3 ? std::atoi(argv[3]) : 15);
  });
}
