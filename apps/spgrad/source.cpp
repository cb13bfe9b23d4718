#include "source.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace spgrad::app {
namespace {

// The path of the only thing in a file that `counts`; `what` it is called.
template <class Counts>
std::string only(const std::string& file, const char* what, Counts counts) {
  std::vector<std::string> found;
  for (const io::Entry& e : io::list(file))
    if (counts(e)) found.push_back(e.path);
  require(!found.empty(), file, ": no ", what, " in it");
  require(found.size() == 1, file, " has more than one ", what, "; say which, as in ", file, ":", found.front());
  return found.front();
}

std::string only_matrix(const std::string& file) {
  return only(file, "matrix", [](const io::Entry& e) { return e.format != Format::dense || e.shape.ndim() == 2; });
}

}  // namespace

bool is_hdf5(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) fail(ErrorKind::io, file, ": ", std::strerror(errno));
  constexpr std::array<char, 8> kSignature{'\x89', 'H', 'D', 'F', '\r', '\n', '\x1a', '\n'};
  std::array<char, 8> head{};
  in.read(head.data(), head.size());
  // The signature may also stand behind a user block of 512, 1024 ... bytes.
  for (std::streamoff at = 512; in && head != kSignature && at <= 65536; at *= 2) {
    in.seekg(at);
    in.read(head.data(), head.size());
  }
  return head == kSignature;
}

Source read_source(World& world, const Location& location) {
  if (!is_hdf5(location.file)) {
    if (!location.group.empty())
      fail(ErrorKind::usage, location.file, " is no HDF5 file: it has no group ", location.group);
    io::Imported text = io::read_text(world, location.file);
    return {location.file, std::move(text.matrix), std::move(text.labels)};
  }
  const std::string group = location.group.empty() ? only_matrix(location.file) : location.group;
  Source source{location.file + ":" + group, io::read(world, location.file, group), {}};
  const std::string beside = group.substr(0, group.rfind('/')) + "/y";
  const auto entries = io::list(location.file);
  if (std::ranges::find(entries, beside, &io::Entry::path) != entries.end())
    source.labels = io::read(world, location.file, beside, {.cut_like = source.matrix.rows()});
  return source;
}

Value read_value(World& world, const Location& location) {
  if (!is_hdf5(location.file)) return read_source(world, location).matrix;
  const auto any = [](const io::Entry&) { return true; };
  return io::read(world, location.file,
                  location.group.empty() ? only(location.file, "matrix or array", any) : location.group);
}

}  // namespace spgrad::app
