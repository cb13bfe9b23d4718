// The pool behind Buffer. A fresh page costs as much as the product that fills it, so freed blocks are kept by size and
// handed out again; blocks of several megabytes ask for huge pages.
#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <memory_resource>
#include <mutex>
#include <new>
#include <unordered_map>
#include <vector>

#include "spgrad/value.hpp"
#include "src/value/pool.hpp"

namespace spgrad {
namespace {

constexpr std::size_t kAlignment = 64, kHugePage = std::size_t{2} << 20;

// Memory checkers see a read past the end of an array, or of one that was freed, only if its block is its own.
#ifdef SPGRAD_NO_POOL
constexpr bool kPooled = false;
#else
constexpr bool kPooled = true;
#endif

class Pool {
 public:
  std::byte* take(std::size_t bytes) {
    if constexpr (kPooled) {
      const std::lock_guard lock(mutex_);
      auto& free = free_[bytes];
      if (!free.empty()) {
        std::byte* p = free.back();
        free.pop_back();
        return p;
      }
    }
    void* p = ::operator new(bytes, alignment(bytes), std::nothrow);
    if (p == nullptr) fail(ErrorKind::other, "out of memory: ", bytes, " bytes for one array");
    if (large(bytes)) madvise(p, bytes, MADV_HUGEPAGE);
    return static_cast<std::byte*>(p);
  }

  void give(std::byte* p, std::size_t bytes) {
    if constexpr (!kPooled) return ::operator delete(p, alignment(bytes));
    const std::lock_guard lock(mutex_);
    free_[bytes].push_back(p);
  }

  void release() {
    const std::lock_guard lock(mutex_);
    for (auto& [bytes, blocks] : free_)
      for (std::byte* p : blocks) ::operator delete(p, alignment(bytes));
    free_.clear();
  }

  /// Blocks come in eight sizes per power of two, so that near sizes share them.
  static std::size_t rounded(std::size_t bytes) {
    if (!kPooled) return bytes;
    if (bytes <= kAlignment) return kAlignment;
    const std::size_t step = std::max(std::bit_floor(bytes) / 8, large(bytes) ? kHugePage : kAlignment);
    return (bytes + step - 1) / step * step;
  }

 private:
  static bool large(std::size_t bytes) { return bytes >= 2 * kHugePage; }
  static std::align_val_t alignment(std::size_t bytes) {
    return std::align_val_t{large(bytes) ? kHugePage : kAlignment};
  }

  std::mutex mutex_;
  std::unordered_map<std::size_t, std::vector<std::byte*>> free_;
};

// Never destroyed: buffers may outlive main's statics.
Pool& pool() {
  static Pool* p = new Pool;
  return *p;
}

// Of what counts the users of blocks.
std::pmr::memory_resource* counters() {
  static auto* r = kPooled ? new std::pmr::synchronized_pool_resource : nullptr;
  return r != nullptr ? r : std::pmr::new_delete_resource();
}

}  // namespace

std::size_t block_size(std::size_t bytes) { return Pool::rounded(bytes); }

PoolUse& pool_use() {
  thread_local PoolUse use;
  return use;
}

Buffer::Buffer(std::size_t bytes) : size_(bytes) {
  const std::size_t block = block_size(bytes);
  const auto give = [block](std::byte* p) {
    pool().give(p, block);
    pool_use().live -= static_cast<std::int64_t>(block);
  };
  memory_ = std::shared_ptr<std::byte>(pool().take(block), give, std::pmr::polymorphic_allocator<>(counters()));
  PoolUse& use = pool_use();
  use.live += static_cast<std::int64_t>(block);
  use.most = std::max(use.most, use.live);
}

void release_unused_buffers() { pool().release(); }

Buffer Buffer::adopt(void* memory, std::size_t bytes, std::shared_ptr<const void> owner) {
  Buffer b;
  b.memory_ = std::shared_ptr<std::byte>(static_cast<std::byte*>(memory), [owner](std::byte*) {});
  b.size_ = bytes;
  b.adopted_ = true;
  return b;
}

}  // namespace spgrad
