#include <algorithm>

#include "io/blocks.hpp"
#include "io/disk.hpp"

namespace spgrad::io {
namespace {

std::uint64_t hash_block(const RawFile& file, Index begin, std::vector<std::byte>& buffer) {
  file.read(begin, buffer);
  return xxh3(buffer.data(), buffer.size());
}

}  // namespace

void PassingBlocks::add(Index at, std::span<const std::byte> bytes) {
  if (at != next_) inside_ = false;
  next_ = at + static_cast<Index>(bytes.size());
  while (!bytes.empty()) {
    const Index block = at / kBlockBytes, end = std::min((block + 1) * kBlockBytes, next_);
    if (at % kBlockBytes == 0) {
      inside_ = true;
      XXH3_64bits_reset(&state_);
    }
    const auto size = static_cast<std::size_t>(end - at);
    if (inside_) XXH3_64bits_update(&state_, bytes.data(), size);
    if (inside_ && end == (block + 1) * kBlockBytes) whole_.emplace_back(block, XXH3_64bits_digest(&state_));
    bytes = bytes.subspan(size);
    at = end;
  }
}

std::vector<std::uint64_t> hash_blocks(World& world, const std::string& file, Index bytes,
                                       std::span<const BlockHash> known) {
  const Index count = (bytes + kBlockBytes - 1) / kBlockBytes;
  std::vector<std::uint64_t> hashes(static_cast<std::size_t>(count));
  std::vector<char> there(hashes.size());
  for (const auto& [block, hash] : world.gather_all(known)) {
    hashes[static_cast<std::size_t>(block)] = hash;
    there[static_cast<std::size_t>(block)] = 1;
  }
  std::vector<Index> rest;
  for (Index b = 0; b < count; ++b)
    if (!there[static_cast<std::size_t>(b)]) rest.push_back(b);
  const Layout mine = Layout::even(static_cast<Index>(rest.size()), world.size());
  std::vector<BlockHash> read;
  world.together([&] {
    const RawFile raw(file, RawFile::Mode::read);
    std::vector<std::byte> buffer;
    for (Index k = mine.begin(world.rank()); k < mine.end(world.rank()); ++k) {
      const Index b = rest[static_cast<std::size_t>(k)];
      buffer.resize(static_cast<std::size_t>(std::min(kBlockBytes, bytes - b * kBlockBytes)));
      read.emplace_back(b, hash_block(raw, b * kBlockBytes, buffer));
    }
  });
  for (const auto& [block, hash] : world.gather_all(std::span<const BlockHash>(read)))
    hashes[static_cast<std::size_t>(block)] = hash;
  return hashes;
}

}  // namespace spgrad::io
