// xxh3.hpp: the checksum of everything that is stored. Internal.
#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstddef>
#include <cstdint>

namespace spgrad::io {

inline std::uint64_t xxh3(const void* bytes, std::size_t size, std::uint64_t seed = 0) {
  return XXH3_64bits_withSeed(bytes, size, seed);
}

}  // namespace spgrad::io
