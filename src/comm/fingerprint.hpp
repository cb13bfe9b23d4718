// fingerprint.hpp: one number for a pattern, by which plans made for it are found again.
#pragma once

#include <span>

#include "spgrad/sparsity.hpp"

namespace spgrad::comm {

std::uint64_t hash_of(std::span<const std::uint64_t> words);
std::uint64_t hash_of(const Layout& layout);
/// Of the row lengths and global minors on this rank; how the minors are compacted has no influence.
std::uint64_t hash_of_entries(const Sparsity& s);

}  // namespace spgrad::comm
