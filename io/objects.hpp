// objects.hpp: the checked ways to the groups, datasets and attributes of an open file. Internal; call with Hdf5 held.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/hdf5.hpp"
#include "io/types.hpp"
#include "spgrad/value.hpp"

namespace spgrad::io {

/// A file open for reading, by one process.
struct Source {
  std::string name;
  Handle file;
  Index bytes = 0;                ///< its size
  Index most_memory = INT64_MAX;  ///< that its content may take
};

enum class LinkKind { none, hard, other };
/// The first component of `path` that is missing or no hard link decides; "/" is hard.
LinkKind link_kind(hid_t file, const std::string& path);

/// The group or dataset at `path`. Throws Error of kind data if it is missing, or behind a soft or external link, which
/// could lead out of the file.
Handle open_object(const Source& source, const std::string& path);

/// What a dataset says of itself. `dtype` is empty for types that spgrad does not have.
struct Extent {
  std::optional<DType> dtype;
  int ndim = 0;
  std::vector<Index> sizes;
  bool too_many_axes() const { return ndim > 2; }
  Shape shape() const;
};
Extent extent_of(const Source& source, const std::string& path, hid_t dataset);

/// Throws Error of kind data unless all elements are stored in this file, plainly or by filters that are known here,
/// and unless the file is large enough to hold them.
void check_storage(const Source& source, const std::string& path, hid_t dataset, const Extent& extent);

/// A text attribute; nothing if it is not there or no text.
std::optional<std::string> text_attribute(hid_t object, const char* name);
/// Two integers; nothing if they are not there or are something else.
std::optional<Shape> shape_attribute(hid_t object, const char* name);
std::optional<Shape> shape_dataset(const Source& source, const std::string& path);

}  // namespace spgrad::io
