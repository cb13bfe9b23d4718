// Every allocation of the program passes through here: the count is the same on every machine, which the kernel's count
// of pages is not (huge pages, messages that came early, what malloc keeps). MPI's and PETSc's own memory is not in it;
// it is proportional to the bytes sent, which have ceilings of their own.
#include "tests/large/peak_memory.hpp"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "src/value/pool.hpp"

namespace {

constexpr std::size_t kLarge = 4096;
std::atomic<std::size_t> live, peak, calls, large_calls, pool_misses;

void* counted(void* p) {
  if (p == nullptr) throw std::bad_alloc();
  const std::size_t bytes = malloc_usable_size(p), now = live.fetch_add(bytes) + bytes;
  ++calls;
  if (bytes >= kLarge) ++large_calls;
  for (std::size_t seen = peak; now > seen && !peak.compare_exchange_weak(seen, now);) continue;
  return p;
}

void discount(void* p) {
  live -= malloc_usable_size(p);
  std::free(p);
}

}  // namespace

// The other forms (arrays, nothrow) call these.
void* operator new(std::size_t bytes) { return counted(std::malloc(bytes == 0 ? 1 : bytes)); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  ++pool_misses;  // nothing else asks for more alignment than malloc gives
  const auto a = static_cast<std::size_t>(alignment);
  return counted(std::aligned_alloc(a, (bytes + a - 1) / a * a));
}
void operator delete(void* p) noexcept { discount(p); }
void operator delete(void* p, std::size_t) noexcept { discount(p); }
void operator delete(void* p, std::align_val_t) noexcept { discount(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { discount(p); }

namespace spgrad::large {

PeakMemory::PeakMemory() {
  release_unused_buffers();
  at_start_ = live;
  peak = at_start_;
}

std::size_t PeakMemory::bytes() const { return peak - at_start_; }

std::size_t live_bytes() { return live; }
Allocations allocations() { return {calls, large_calls, pool_misses}; }

}  // namespace spgrad::large
