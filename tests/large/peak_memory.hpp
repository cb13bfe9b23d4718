// peak_memory.hpp: how much memory this process has had since a moment, as its own allocations count.
#pragma once

#include <cstddef>

namespace spgrad::large {

class PeakMemory {
 public:
  PeakMemory();  ///< from here on; buffers that are free but kept go back first
  /// The most that was allocated above what was at the start, in bytes; without what MPI and PETSc allocate.
  std::size_t bytes() const;

 private:
  std::size_t at_start_;
};

/// Bytes that are allocated now, the same way; what the pool keeps for the next buffers is among them.
std::size_t live_bytes();

/// How often this process has asked for memory since it began.
struct Allocations {
  std::size_t calls = 0;        ///< of operator new in all
  std::size_t large = 0;        ///< of these, for a page or more
  std::size_t pool_misses = 0;  ///< of these, by the pool of buffers, which had no block of that size
};
Allocations allocations();

}  // namespace spgrad::large
