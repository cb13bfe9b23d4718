// calibrate.cpp: what this machine can do, measured by the library's own messages and kernels.
#include <algorithm>
#include <chrono>
#include <random>

#include "spgrad/model.hpp"
#include "src/comm/star_forest.hpp"
#include "src/kernels/products.hpp"

namespace spgrad {
namespace {

constexpr int kTimes = 9;
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

/// Seconds of a product of so many entries, 16 a major, with rows of k doubles that lie anywhere in an array of so many
/// rows.
double product(World& world, Index entries, Index rows, Index k) {
  constexpr Index each = 16;
  const Index majors = entries / each;
  std::vector<Index> indptr(static_cast<std::size_t>(majors) + 1);
  for (Index i = 0; i <= majors; ++i) indptr[static_cast<std::size_t>(i)] = i * each;
  std::vector<LocalIndex> indices(static_cast<std::size_t>(entries));
  std::minstd_rand random(1);
  for (LocalIndex& index : indices)
    index = static_cast<LocalIndex>(std::uniform_int_distribution<Index>(0, rows - 1)(random));
  const std::vector<double> data(indices.size(), 0.5);
  const Value X = full({rows, k}, 1.0), out = zeros({majors, k});
  const kernels::Entries<double> A{indptr, indices, data.data()};
  return seconds(world, [&] {
    kernels::spmm<double>(A, {X.data<double>().data(), nullptr, rows, rows, k}, 1.0, false,
                          {out.data<double>().data(), nullptr, majors, majors, k});
  });
}

constexpr Index kBeyond = Index{1} << 26;  // bytes of an array that no cache holds

/// Seconds for each byte of rows of so many bytes, four times as many as there are in an array of so many.
double row_time(World& world, Index row_bytes, Index array) {
  const Index fetched = 4 * array, k = row_bytes / static_cast<Index>(sizeof(double));
  return product(world, fetched / row_bytes, array / row_bytes, k) / static_cast<double>(fetched);
}

/// What a rank's cache holds of arrays from which some rows come as fast as out of it and others as slowly as out of
/// memory: by the mean of what is found with several.
double cache_size(World& world, double in_cache, double beyond) {
  double held = 0, arrays = 0, largest = 1 << 16;
  for (Index array = Index{1} << 18; array < kBeyond; array *= 2) {
    const double missed = (row_time(world, 256, array) - in_cache) / (beyond - in_cache);
    const auto size = static_cast<double>(array);
    if (missed <= 0.1) largest = size;
    if (missed <= 0.1 || missed >= 0.9) continue;
    held += size * (1 - missed);
    ++arrays;
  }
  return arrays > 0 ? held / arrays : largest;
}

}  // namespace

Machine calibrate(World& world) {
  Machine machine;
  machine.bandwidth = triad_bandwidth(world);
  constexpr Index entries = Index{1} << 16, rows = 256, k = 32;  // 64 kB of rows
  const double in_cache = product(world, entries, rows, k), beyond = row_time(world, 256, kBeyond);
  machine.flops = 2.0 * entries * k / in_cache;
  machine.rows_64 = 1 / row_time(world, 64, kBeyond);
  machine.rows_256 = 1 / beyond;
  machine.cache = cache_size(world, in_cache / (entries * k * sizeof(double)), beyond);
  if (world.size() > 1) {
    machine.alpha = message(world, sizeof(double));
    machine.beta = std::max(message(world, kLarge) - machine.alpha, 0.0) / static_cast<double>(kLarge);
  }
  return machine;
}

}  // namespace spgrad
