// manifest.hpp: what a checkpoint says of itself. Internal.
#pragma once

#include <string>
#include <vector>

#include "io/blocks.hpp"
#include "io/parts.hpp"

namespace spgrad::io {

/// A value of a checkpoint, as it was saved.
struct SavedValue {
  Entry entry;         ///< its path is the value's name
  bool whole = false;  ///< every rank had it whole
  Checksums checksums{};
};

struct Manifest {
  Index step = 0;
  Facts facts, about;
  std::vector<Input> inputs;
  Index bytes = 0;                    ///< size of data.h5
  std::vector<std::uint64_t> blocks;  ///< XXH3 of its blocks of kBlockBytes
  std::vector<SavedValue> values;
};

/// JSON with a checksum of itself. Throws Error of kind data for a name or fact that is not UTF-8.
std::string to_json(const Manifest& manifest);
/// Throws Error of kind data that names `file` unless the text is a whole manifest of a version known here
/// (1 or 2).
Manifest parse_manifest(const std::string& text, const std::string& file);

}  // namespace spgrad::io
