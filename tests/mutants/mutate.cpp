#include "tests/mutants/mutate.hpp"

#include <algorithm>
#include <cstdint>

namespace spgrad::tests {
namespace {

constexpr std::uint64_t kWords[]{
    0,          1,          2,          0x7f,       0xff,       0x7fff,           0xffff,
    0x7fffffff, 0x80000000, 0xffffffff, 1ull << 40, 1ull << 62, (1ull << 63) - 1, 1ull << 63,
    ~0ull};

struct Damage {
  std::string& bytes;
  std::mt19937& random;

  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); }
  std::size_t length(std::size_t at, std::size_t most) { return 1 + below(std::min(most, bytes.size() - at)); }

  void once() {
    const std::size_t at = below(bytes.size());
    switch (below(16)) {
      default:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 6:
      case 7:
        bytes[at] = static_cast<char>(below(256));
        break;
      case 8:
      case 9:
        word(at);
        break;
      case 10:
        for (std::size_t k = 0, n = length(at, 64); k < n; ++k) bytes[at + k] = static_cast<char>(below(256));
        break;
      case 11:
      case 12:
        copy(at);
        break;
      case 13:
        bytes.erase(at, length(at, 32));
        break;
      case 14:
        bytes.insert(at, bytes.substr(below(bytes.size()), 1 + below(32)));
        break;
      case 15:
        bytes.resize(at);
    }
  }

  void word(std::size_t at) {
    const std::uint64_t x = kWords[below(std::size(kWords))];
    const std::size_t size = std::min(std::size_t{1} << below(4), bytes.size() - at);
    std::copy_n(reinterpret_cast<const char*>(&x), size, bytes.begin() + static_cast<std::ptrdiff_t>(at));
  }

  void copy(std::size_t at) {
    const std::size_t n = length(at, 256), from = below(bytes.size() - n + 1);
    bytes.replace(at, n, bytes.substr(from, n));
  }
};

}  // namespace

std::string mutated(std::string bytes, std::mt19937& random) {
  Damage damage{bytes, random};
  for (std::size_t k = 1 + damage.below(4); k > 0 && !bytes.empty(); --k) damage.once();
  return bytes;
}

}  // namespace spgrad::tests
