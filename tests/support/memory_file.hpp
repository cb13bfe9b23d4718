// memory_file.hpp: bytes as a regular file without a disk, and what must hold of a value that came out of one.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "spgrad/value.hpp"

namespace spgrad::tests {

/// In /dev/shm, where there is one.
class MemoryFile {
 public:
  MemoryFile(const void* bytes, std::size_t size) {
    const std::filesystem::path shared = "/dev/shm";
    name_ = (exists(shared) ? shared : std::filesystem::temp_directory_path()) / "spgrad_XXXXXX";
    const int fd = mkstemp(name_.data());
    if (fd < 0 || write(fd, bytes, size) != static_cast<ssize_t>(size)) std::abort();
    close(fd);
  }
  ~MemoryFile() { unlink(name_.c_str()); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

/// Whether a value is what kernels rely on: as many elements as its shape says, offsets that rise from 0 to the
/// entries, minor indices that exist, bools that are 0 or 1.
inline bool is_sound(const Value& v) {
  if (v.shape()[0] < 0 || v.shape()[1] < 0) return false;
  if (v.dtype() == DType::bool_)
    for (const std::byte b : v.bytes())
      if (std::to_integer<int>(b) > 1) return false;
  if (!v.is_sparse()) return v.bytes().size() == static_cast<std::size_t>(v.local_size()) * size_of(v.dtype());
  const Sparsity& s = *v.sparsity();
  if (s.indptr[0] != 0 || s.indptr[s.indptr.size() - 1] != s.local_nnz()) return false;
  if (static_cast<Index>(s.indptr.size()) != s.local_majors() + 1) return false;
  for (std::size_t i = 1; i < s.indptr.size(); ++i)
    if (s.indptr[i] < s.indptr[i - 1]) return false;
  for (const LocalIndex j : s.indices)
    if (s.global_minor(j) < 0 || s.global_minor(j) >= s.minor.size()) return false;
  return static_cast<Index>(s.indices.size()) == s.local_nnz();
}

}  // namespace spgrad::tests
