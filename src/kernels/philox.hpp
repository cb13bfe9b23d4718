// philox.hpp: random numbers without a state. Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as
// easy as 1, 2, 3; SC 2011) turns a counter and a key into four words, so every element has numbers of its own,
// wherever it lies and whoever asks.
#pragma once

#include <array>
#include <cstdint>

namespace spgrad::kernels {

using Counter = std::array<std::uint32_t, 4>;
using Key = std::array<std::uint32_t, 2>;

constexpr Counter philox(Counter c, Key k) {
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = 0xD2511F53ULL * c[0], b = 0xCD9E8D57ULL * c[2];
    c = {high(b) ^ c[1] ^ k[0], low(b), high(a) ^ c[3] ^ k[1], low(a)};
    k = {k[0] + 0x9E3779B9U, k[1] + 0xBB67AE85U};
  }
  return c;
}

/// An element: its global position, and its number among stored entries of one position. i, j below 2^48, occurrence
/// below 2^16.
struct Cell {
  std::uint64_t i = 0, j = 0;
  std::uint32_t occurrence = 0;
};

/// Two numbers in (0, 1), of 53 bits each.
struct Uniforms {
  double u, v;
};

/// One draw of one random operation. Different seeds, draws and operations give independent numbers.
class Draw {
 public:
  constexpr Draw(std::uint64_t seed, std::uint64_t draw, std::uint32_t operation) {
    const Counter key = philox({word(draw), word(draw >> 32), operation, 0}, {word(seed), word(seed >> 32)});
    key_ = {key[0], key[1]};
  }
  /// Of an element, as often as needed: attempt = 0, 1, .. (below 2^16).
  constexpr Uniforms uniforms(const Cell& at, std::uint32_t attempt = 0) const {
    const Counter x = philox(
        {word(at.i), word(at.j), word(at.i >> 32) | word(at.j >> 32) << 16, at.occurrence | attempt << 16}, key_);
    return {unit(x[0], x[1]), unit(x[2], x[3])};
  }

 private:
  static constexpr std::uint32_t word(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
  static constexpr double unit(std::uint64_t high, std::uint64_t low) {
    return (static_cast<double>((high << 32 | low) >> 11) + 0.5) * 0x1p-53;
  }
  Key key_{};
};

}  // namespace spgrad::kernels
