#include "spgrad/distribute.hpp"
#include "src/comm/world.hpp"

namespace spgrad {
namespace {

// splitmix64 (Steele, Lea, Flood 2014): a bijection of 64-bit numbers, so no two rows have one hash.
std::uint64_t splitmix64(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace

Value sample_rows(World& world, const Layout& rows, Index count, std::uint64_t seed) {
  const Index begin = rows.begin(world.rank()), mine = rows.count(world.rank());
  const std::uint64_t key = splitmix64(seed);
  const auto hash = [&](Index row) { return splitmix64(static_cast<std::uint64_t>(row) ^ key); };
  const auto below = [&](std::uint64_t bound) {
    Index n = 0;
    for (Index row = begin; row < begin + mine; ++row) n += hash(row) < bound;
    return world.reduce(n);
  };
  // The largest bound with at most `count` hashes below it, bit by bit.
  std::uint64_t bound = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 63; bit != 0; bit >>= 1)
    if (below(bound | bit) <= count) bound |= bit;
  const bool everything = count >= rows.size();

  const Value chosen = Value::dense(DType::bool_, {rows.size()}, 0, rows, world.rank());
  const auto flags = chosen.data<bool>();
  for (Index i = 0; i < mine; ++i) flags[static_cast<std::size_t>(i)] = everything || hash(begin + i) < bound;
  return chosen;
}

}  // namespace spgrad
