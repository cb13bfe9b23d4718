// peak_memory.hpp: how much memory this process has had since a moment, as the kernel counts it.
#pragma once

#include <cstddef>

namespace spgrad::large {

class PeakMemory {
 public:
  PeakMemory();  ///< from here on; memory that is free but kept goes back first
  /// The most that was resident above what was at the start, in bytes.
  std::size_t bytes() const;

 private:
  std::size_t at_start_;
};

}  // namespace spgrad::large
