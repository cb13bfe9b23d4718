#include "io/inspect.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
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

std::string inspected(const std::string& file, const std::string& path, Index expansion) {
  check_hdf5_file(file);
  return in_child(file, [&] { return to_bytes(contents_of(file, path, expansion)); });
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

struct stat status_of(const std::string& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) fail(ErrorKind::io, file, ": ", std::strerror(errno));
  return status;
}

/// Looks before it opens: to open a pipe may wait for ever, and to open a device may do something.
bool begins_as_hdf5(const std::string& file) {
  const struct stat status = status_of(file);
  if (!S_ISREG(status.st_mode)) fail(ErrorKind::io, file, " is not a regular file");
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) fail(ErrorKind::io, file, ": ", std::strerror(errno));
  const bool hdf5 = has_signature(fd, status.st_size);
  close(fd);
  return hdf5;
}

std::vector<Entry> entries_of(std::vector<Content> contents) {
  std::vector<Entry> entries;
  for (Content& c : contents) entries.push_back(std::move(c.entry));
  return entries;
}

}  // namespace

Stamp stamp_of(const std::string& file) {
  const struct stat status = status_of(file);
  return {status.st_size, status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec,
          static_cast<Index>(status.st_ino)};
}

Index most_memory(Index bytes, Index expansion) {
  constexpr Index kAlways = Index{256} << 20;
  Index most = 0;
  if (expansion == 0 || __builtin_mul_overflow(bytes, expansion, &most)) return INT64_MAX;
  return std::max(most, kAlways);
}

void check_hdf5_file(const std::string& file) { require(begins_as_hdf5(file), file, " is not an HDF5 file"); }

bool is_hdf5(World& world, const std::string& file) {
  return !on_root(world, [&] { return std::string(begins_as_hdf5(file) ? "y" : ""); }).empty();
}

std::vector<Content> inspect(const std::string& file, const std::string& path, Index expansion) {
  return from_bytes(inspected(file, path, expansion));
}

std::vector<Content> inspect_together(World& world, const std::string& file, const std::string& path, Index expansion) {
  return from_bytes(on_root(world, [&] { return inspected(file, path, expansion); }));
}

std::vector<Entry> list(const std::string& file) { return entries_of(inspect(file, "")); }

std::vector<Entry> list(World& world, const std::string& file) { return entries_of(inspect_together(world, file, "")); }

}  // namespace spgrad::io
