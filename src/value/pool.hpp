// pool.hpp: what freed buffers leave for the next ones (buffer.cpp).
#pragma once

#include <cstddef>
#include <cstdint>

namespace spgrad {

/// Bytes of the block that an array of so many bytes is given.
std::size_t block_size(std::size_t bytes);

/// Blocks that a thread (a rank) has taken and not given back.
struct PoolUse {
  std::int64_t live = 0;  ///< bytes; others may give back what this thread has taken: differences count
  std::int64_t most = 0;  ///< since somebody has set it
};
PoolUse& pool_use();

/// Gives it back to the system.
void release_unused_buffers();

}  // namespace spgrad
