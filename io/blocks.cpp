// blocks.cpp: hash_blocks of manifest.hpp.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "io/manifest.hpp"
#include "io/xxh3.hpp"

namespace spgrad::io {
namespace {

std::uint64_t hash_block(int fd, const std::string& file, Index begin, std::vector<char>& buffer) {
  std::size_t at = 0;
  while (at < buffer.size()) {
    const ssize_t n = pread(fd, buffer.data() + at, buffer.size() - at, begin + static_cast<Index>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(ErrorKind::io, file, ": ", std::strerror(errno));
    if (n == 0) fail(ErrorKind::data, file, " ends after ", begin + static_cast<Index>(at), " bytes");
    at += static_cast<std::size_t>(n);
  }
  return xxh3(buffer.data(), buffer.size());
}

}  // namespace

std::vector<std::uint64_t> hash_blocks(World& world, const std::string& file, Index bytes) {
  const Layout mine = Layout::even((bytes + kBlockBytes - 1) / kBlockBytes, world.size());
  std::vector<std::uint64_t> hashes;
  world.together([&] {
    const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) fail(ErrorKind::io, file, ": ", std::strerror(errno));
    const std::shared_ptr<void> closer(nullptr, [fd](void*) { close(fd); });
    std::vector<char> buffer;
    for (Index b = mine.begin(world.rank()); b < mine.end(world.rank()); ++b) {
      buffer.resize(static_cast<std::size_t>(std::min(kBlockBytes, bytes - b * kBlockBytes)));
      hashes.push_back(hash_block(fd, file, b * kBlockBytes, buffer));
    }
  });
  return world.gather_all(std::span<const std::uint64_t>(hashes));
}

}  // namespace spgrad::io
