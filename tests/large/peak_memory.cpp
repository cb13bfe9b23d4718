#include "tests/large/peak_memory.hpp"

#include <malloc.h>
#include <sys/prctl.h>

#include <fstream>
#include <string>

#include "spgrad/error.hpp"
#include "src/value/pool.hpp"

namespace spgrad::large {
namespace {

std::size_t status_bytes(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field)) return std::stoull(line.substr(field.size())) * 1024;
  fail(ErrorKind::other, "/proc/self/status has no ", field);
}

}  // namespace

PeakMemory::PeakMemory() {
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);  // a huge page would count whole, whatever part of it is used
  release_unused_buffers();
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << 5 << std::flush;  // VmHWM starts anew
  at_start_ = status_bytes("VmRSS:");
}

std::size_t PeakMemory::bytes() const {
  const std::size_t peak = status_bytes("VmHWM:");
  return peak > at_start_ ? peak - at_start_ : 0;
}

}  // namespace spgrad::large
