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

}  // namespace spgrad::large
