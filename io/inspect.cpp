#include "io/inspect.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <type_traits>

#include "io/inspector.hpp"
#include "io/root.hpp"

namespace spgrad::io {
namespace {

// Contents as bytes, on the way from a child and to other ranks.
struct Facets {
  Format format;
  DType dtype, indices, indptr;
  Shape shape;
  Index nnz;
  std::size_t path;
};
static_assert(std::is_trivially_copyable_v<Facets>);

std::string to_bytes(const std::vector<Content>& contents) {
  std::string bytes;
  for (const Content& c : contents) {
    Facets facets{c.entry.format, c.entry.dtype, c.indices, c.indptr, c.entry.shape, c.entry.nnz, c.entry.path.size()};
    bytes.append(reinterpret_cast<const char*>(&facets), sizeof facets).append(c.entry.path);
  }
  return bytes;
}

std::vector<Content> from_bytes(const std::string& bytes) {
  std::vector<Content> contents;
  for (std::size_t at = 0; at < bytes.size();) {
    Facets facets{};
    std::memcpy(static_cast<void*>(&facets), bytes.data() + at, sizeof facets);
    at += sizeof facets;
    contents.push_back({.entry = {bytes.substr(at, facets.path), facets.format, facets.dtype, facets.shape, facets.nnz},
                        .indices = facets.indices,
                        .indptr = facets.indptr});
    at += facets.path;
  }
  return contents;
}

std::string inspected(const std::string& file, const std::string& path) {
  check_hdf5_file(file);
  return in_child(file, [&] { return to_bytes(contents_of(file, path)); });
}

/// HDF5's signature stands at 0, or behind a user block at 512, 1024, 2048 ...
bool has_signature(int fd, off_t size) {
  constexpr std::array<char, 8> signature{'\x89', 'H', 'D', 'F', '\r', '\n', '\x1a', '\n'};
  for (off_t at = 0; at < size; at = at == 0 ? 512 : 2 * at) {
    std::array<char, 8> there{};
    if (pread(fd, there.data(), there.size(), at) == static_cast<ssize_t>(there.size()) && there == signature)
      return true;
  }
  return false;
}

}  // namespace

void check_hdf5_file(const std::string& file) {
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) fail(ErrorKind::io, file, ": ", std::strerror(errno));
  struct stat status {};
  fstat(fd, &status);
  const bool regular = S_ISREG(status.st_mode), hdf5 = regular && has_signature(fd, status.st_size);
  close(fd);
  if (!regular) fail(ErrorKind::io, file, " is not a regular file");
  if (!hdf5) fail(ErrorKind::data, file, " is not an HDF5 file");
}

std::vector<Content> inspect(const std::string& file, const std::string& path) {
  return from_bytes(inspected(file, path));
}

std::vector<Content> inspect_together(World& world, const std::string& file, const std::string& path) {
  return from_bytes(on_root(world, [&] { return inspected(file, path); }));
}

std::vector<Entry> list(const std::string& file) {
  std::vector<Entry> entries;
  for (const Content& c : inspect(file, "")) entries.push_back(c.entry);
  return entries;
}

}  // namespace spgrad::io
