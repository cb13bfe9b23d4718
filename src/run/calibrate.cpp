// calibrate.cpp: what this machine can do, measured by the library's own messages and kernels.
#include <algorithm>
#include <chrono>
#include <numeric>

#include "spgrad/model.hpp"
#include "src/comm/star_forest.hpp"
#include "src/kernels/products.hpp"

namespace spgrad {
namespace {

constexpr int kTimes = 15;
constexpr std::size_t kTriad = std::size_t{1} << 23;  // doubles in each of three arrays: more than caches hold
constexpr Index kLarge = Index{1} << 20;              // bytes of a message

/// Collective. Seconds of the slowest rank, the median of some times.
double seconds(World& world, const std::function<void()>& work) {
  std::vector<double> all;
  for (int k = 0; k <= kTimes; ++k) {
    world.barrier();
    const auto began = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    if (k > 0) all.push_back(world.reduce(took.count(), comm::Combine::max));  // the first one warms up
  }
  std::ranges::nth_element(all, all.begin() + kTimes / 2);
  return all[kTimes / 2];
}

/// Collective. Every rank has a row and wants that of its neighbour: a message each way between two of them.
double message(World& world, std::size_t bytes) {
  const int peer = world.rank() ^ 1;
  std::vector<Index> wanted;
  if (peer < world.size()) wanted.push_back(peer);
  const auto forest = std::make_shared<const comm::StarForest>(world, Layout::even(world.size(), world.size()), wanted);
  comm::Transfer transfer(forest);
  const std::vector<std::byte> mine(bytes);
  std::vector<std::byte> theirs(wanted.size() * bytes);
  return seconds(world, [&] {
    transfer.begin_gather(bytes, mine, theirs);
    transfer.end_gather();
  });
}

double triad_bandwidth(World& world) {
  std::vector<double> a(kTriad, 1), b(kTriad, 2), c(kTriad, 3);
  const double time = seconds(world, [&] {
    for (std::size_t i = 0; i < kTriad; ++i) a[i] = b[i] + 0.5 * c[i];
    b[0] = a[kTriad - 1];
  });
  return 3.0 * sizeof(double) * static_cast<double>(kTriad) / time;
}

/// Of a sparse-dense product whose operands stay in the cache.
double product_flops(World& world) {
  constexpr Index majors = 256, entries = 16, k = 32;
  std::vector<Index> indptr(majors + 1);
  for (Index i = 0; i <= majors; ++i) indptr[static_cast<std::size_t>(i)] = i * entries;
  std::vector<LocalIndex> indices(majors * entries);
  for (std::size_t p = 0; p < indices.size(); ++p) indices[p] = static_cast<LocalIndex>(p * 97 % majors);
  const std::vector<double> data(indices.size(), 0.5), X(majors * k, 1.0);
  std::vector<double> out(majors * k);
  const kernels::Entries<double> A{indptr, indices, data.data()};
  const double time = seconds(world, [&] {
    for (int times = 0; times < 50; ++times)
      kernels::spmm<double>(A, {X.data(), nullptr, majors, majors, k}, 1.0, false,
                            {out.data(), nullptr, majors, majors, k});
  });
  return 50 * 2.0 * majors * entries * k / time;
}

}  // namespace

Machine calibrate(World& world) {
  Machine machine;
  machine.bandwidth = triad_bandwidth(world);
  machine.flops = product_flops(world);
  if (world.size() > 1) {
    machine.alpha = message(world, sizeof(double));
    machine.beta = std::max(message(world, kLarge) - machine.alpha, 0.0) / static_cast<double>(kLarge);
  }
  return machine;
}

}  // namespace spgrad
