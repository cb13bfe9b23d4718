#include "source.hpp"

#include <algorithm>

namespace spgrad::app {
namespace {

// The path of the only thing in a file that `counts`; `what` it is called.
template <class Counts>
std::string only(World& world, const std::string& file, const char* what, Counts counts) {
  std::vector<std::string> found;
  for (const io::Entry& e : io::list(world, file))
    if (counts(e)) found.push_back(e.path);
  require(!found.empty(), file, ": no ", what, " in it");
  require(found.size() == 1, file, " has more than one ", what, "; say which, as in ", file, ":", found.front());
  return found.front();
}

std::string only_matrix(World& world, const std::string& file) {
  return only(world, file, "matrix",
              [](const io::Entry& e) { return e.format != Format::dense || e.shape.ndim() == 2; });
}

}  // namespace

Source read_source(World& world, const Location& location) {
  if (!io::is_hdf5(world, location.file)) {
    if (!location.group.empty())
      fail(ErrorKind::usage, location.file, " is no HDF5 file: it has no group ", location.group);
    io::Imported text = io::read_text(world, location.file, Balance::even, location.caution);
    return {location.file, std::move(text.matrix), std::move(text.labels)};
  }
  const std::string group = location.group.empty() ? only_matrix(world, location.file) : location.group;
  Source source{location.file + ":" + group, io::read(world, location.file, group, {.caution = location.caution}), {}};
  const std::string beside = group.substr(0, group.rfind('/')) + "/y";
  const auto entries = io::list(world, location.file);
  if (std::ranges::find(entries, beside, &io::Entry::path) != entries.end())
    source.labels =
        io::read(world, location.file, beside, {.cut_like = source.matrix.rows(), .caution = location.caution});
  return source;
}

Value read_value(World& world, const Location& location) {
  if (!io::is_hdf5(world, location.file)) return read_source(world, location).matrix;
  const auto any = [](const io::Entry&) { return true; };
  return io::read(world, location.file,
                  location.group.empty() ? only(world, location.file, "matrix or array", any) : location.group,
                  {.caution = location.caution});
}

}  // namespace spgrad::app
