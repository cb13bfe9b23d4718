#include "src/comm/fingerprint.hpp"

#include <algorithm>
#include <array>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace spgrad::comm {
namespace {

// XXH3 of what is put in, piece by piece.
class Hash {
 public:
  Hash() { XXH3_64bits_reset(&state_); }
  template <class T>
  void put(std::span<const T> values) {
    XXH3_64bits_update(&state_, values.data(), values.size_bytes());
  }
  std::uint64_t result() const { return XXH3_64bits_digest(&state_); }

 private:
  XXH3_state_t state_;
};

}  // namespace

std::uint64_t hash_of(std::span<const std::uint64_t> words) {
  Hash hash;
  hash.put(words);
  return hash.result();
}

std::uint64_t hash_of(const Layout& layout) {
  Hash hash;
  hash.put(layout.starts());
  return hash.result();
}

std::uint64_t hash_of_entries(const Sparsity& s) {
  Hash hash;
  hash.put(std::span<const Index>(s.indptr));
  // Global numbers are made in small batches, so that a pattern of any size needs no copy.
  std::array<Index, 512> batch;
  const std::span<const LocalIndex> indices = s.indices;
  for (std::size_t p = 0; p < indices.size(); p += batch.size()) {
    const auto some = indices.subspan(p, std::min(batch.size(), indices.size() - p));
    std::ranges::transform(some, batch.begin(), [&](LocalIndex i) { return s.global_minor(i); });
    hash.put(std::span<const Index>(batch.data(), some.size()));
  }
  return hash.result();
}

}  // namespace spgrad::comm
