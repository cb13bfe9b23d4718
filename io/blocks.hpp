// blocks.hpp: the checksums of a file's blocks, which a checkpoint's manifest lists. Internal.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "io/xxh3.hpp"
#include "spgrad/layout.hpp"
#include "src/comm/world.hpp"

namespace spgrad::io {

inline constexpr Index kBlockBytes = Index{4} << 20;

struct BlockHash {
  Index block = 0;  ///< its number
  std::uint64_t xxh3 = 0;
};

/// The blocks that are whole among bytes of a file which come by, each run of them in order.
class PassingBlocks {
 public:
  void add(Index at, std::span<const std::byte> bytes);
  const std::vector<BlockHash>& whole() const { return whole_; }

 private:
  XXH3_state_t state_;
  Index next_ = -1;
  bool inside_ = false;  // a block all of which has come by so far
  std::vector<BlockHash> whole_;
};

/// Collective. XXH3 of each block of a file of `bytes` bytes, on every rank. Each rank reads its share of those that no
/// rank knows.
std::vector<std::uint64_t> hash_blocks(World& world, const std::string& file, Index bytes,
                                       std::span<const BlockHash> known = {});

}  // namespace spgrad::io
