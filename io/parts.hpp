// parts.hpp: a value as the datasets that it is stored in. Internal.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "io/file.hpp"
#include "io/inspect.hpp"
#include "spgrad/value.hpp"

namespace spgrad::io {

/// One dataset of a value, and the slab of it that this rank writes.
struct Part {
  std::string path;
  DType dtype;  ///< as stored
  Shape shape;
  Slab mine;
  Fill fill;
};

/// The datasets of a value that is stored at `path`: itself if it is dense; data, indices and indptr if it is sparse. A
/// whole value is written by rank 0. The value must outlive the parts.
std::vector<Part> parts_of(const Value& value, const std::string& path, const World& world);

/// Checksums of a value's datasets, in the order of parts_of.
using Checksums = std::array<std::uint64_t, 3>;

/// A value that has been read, with the checksums of this rank's parts (of the whole, on rank 0, if it is whole).
struct Loaded {
  Value value;
  Checksums checksums{};
};

/// Collective. Reads what was inspected, checks it on the way, and cuts it as `options` say; `whole`: a dense value,
/// whole on every rank.
Loaded load(File& file, const Content& content, const ReadOptions& options, bool whole = false);

}  // namespace spgrad::io
